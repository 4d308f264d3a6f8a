import { setTimeout as delay } from 'node:timers/promises';
import { outcomeOf, print } from './answers.ts';

/** In which order what waits gets its turn; and how waiting is given up. */

const log: unknown[] = [];
const say = (what: string) => void log.push(what);

process.on('exit', (code) => {
  say(`exit ${code}`);
  print(log);
});
process.on('uncaughtException', (error, origin) => say(`${origin}: ${error.message}`));
process.on('unhandledRejection', (reason) => say(`unhandled: ${String(reason)}`));
for (const name of ['SIGTERM', 'SIGHUP'] as const) process.on(name, (...args) => say(args.join()));

await order();
await aborting();
await faults();
lastThings();

async function order(): Promise<void> {
  setTimeout(say, 300, '300 ms');
  setTimeout(say, 100, '100 ms');
  setTimeout(say, 100, 'another of 100 ms');
  const cleared = setTimeout(say, 200, 'cleared');
  const clearsOther = setTimeout(say, 210, 'cleared by one that is due too');
  setTimeout(() => {
    say('200 ms');
    clearTimeout(clearsOther);
    queueMicrotask(() => say('job of 200 ms'));
    void Promise.resolve().then(() => say('promise of 200 ms'));
    // Both are due by now.
    const end = performance.now() + 120;
    while (performance.now() < end);
  }, 200);
  clearTimeout(cleared);
  clearTimeout(undefined);
  setImmediate(() => {
    say('immediate');
    setImmediate(() => say('immediate of an immediate'));
    queueMicrotask(() => say('job of an immediate'));
  });
  setImmediate(say, 'second immediate');
  queueMicrotask(() => say('job'));
  void Promise.resolve().then(() => say('promise'));
  say('at once');
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const odd of [0, -1, Number.NaN, 2 ** 31, 1.9, undefined, '3' as unknown as number]) {
    const begun = performance.now();
    await new Promise<void>((resolve) => setTimeout(resolve, odd));
    const took = performance.now() - begun;
    say(`${odd}: ${took < 1000 ? 'soon' : 'late'}`);
  }
  const begun = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const took = performance.now() - begun;
  say(took >= 49 && took < 1000 ? 'as long as it should' : `after ${took} ms`);
}

async function aborting(): Promise<void> {
  const reason = new Error('the reason');
  const controller = new AbortController();
  const { signal } = controller;
  const other = AbortSignal.any([signal, new AbortController().signal]);
  const both = AbortSignal.any([other]);
  log.push([signal.aborted, signal.reason === undefined, both.aborted, signal instanceof AbortSignal]);
  const removed = () => say('removed');
  const twice = () => say('added twice');
  signal.addEventListener('abort', removed);
  signal.addEventListener('abort', twice);
  signal.addEventListener('abort', twice, { once: true });
  signal.addEventListener('abort', (event) => say(`${event.type} ${event.target === signal}`), {
    once: true,
  });
  signal.addEventListener('abort', { handleEvent: () => say(`object; ${both.aborted}`) });
  signal.addEventListener('other', () => say('other'));
  both.addEventListener('abort', () => say('both'));
  signal.removeEventListener('abort', removed);
  const waiting = outcomeOf(delay(10_000, undefined, { signal: both }));
  const undisturbed = delay(5, undefined, { signal: new AbortController().signal });
  controller.abort(reason);
  controller.abort(new Error('too late'));
  log.push(
    await waiting,
    (await undisturbed) === undefined,
    signal.reason === reason,
    both.reason === reason,
  );
  log.push(await outcomeOf(delay(1, undefined, { signal })));
  log.push(await outcomeOf(delay(1, undefined, { signal }).catch((error) => Promise.reject(error.cause))));
  log.push(thrownBy(() => signal.throwIfAborted()) === reason);
  log.push(thrownBy(() => new AbortController().signal.throwIfAborted()));
  log.push(nameOf(AbortSignal.abort().reason), AbortSignal.abort('x').reason);
  log.push(AbortSignal.any([AbortSignal.abort('first'), AbortSignal.abort('second')]).reason);
  const timeout = AbortSignal.timeout(5);
  const onTimeout = new Promise((resolve) => timeout.addEventListener('abort', resolve));
  setTimeout(() => {}, 100);
  await onTimeout;
  log.push(nameOf(timeout.reason), timeout.reason instanceof DOMException);
}

/** One after the other: in which order those of one turn are told is each runtime's own. */
async function faults(): Promise<void> {
  const pause = () => new Promise((resolve) => setTimeout(resolve, 10));
  const { signal, abort } = aborter();
  signal.addEventListener('abort', () => {
    throw new Error('of a listener');
  });
  signal.addEventListener('abort', () => say('next listener'));
  abort();
  await pause();
  setTimeout(() => {
    throw new Error('of a timer');
  }, 1);
  await pause();
  setImmediate(() => {
    throw new Error('of an immediate');
  });
  await pause();
  queueMicrotask(() => void Promise.reject('nobody cares'));
  await pause();
  const late = Promise.reject(new Error('handled in time'));
  await Promise.resolve();
  late.catch(() => say('caught'));
  await pause();
}

function aborter() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

/** What is not held on to holds nothing up. */
function lastThings(): void {
  setTimeout(say, 60_000, 'much too late').unref();
  log.push(setTimeout(say, 1, 'referenced again').unref().ref().hasRef());
  setTimeout(say, 3, 'unreferenced, yet in time').unref();
  setTimeout(say, 10, 'last');
}

function thrownBy(action: () => unknown): unknown {
  try {
    return action() ?? 'nothing';
  } catch (error) {
    return error;
  }
}

function nameOf(error: unknown): unknown {
  return error instanceof Error && [error.name, error.message, error instanceof DOMException];
}
