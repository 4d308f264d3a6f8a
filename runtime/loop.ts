import * as system from 'runtime:system';

/** Something that waits for its time. */
export interface LoopTimer {
  /** By `system.now()`. */
  dueAt: number;
  /** One that is not holds the process up no longer than others do. */
  isReferenced: boolean;
  readonly run: () => void;
}

/** Something that waits for a descriptor to become ready. */
export interface Watch {
  readonly descriptor: number;
  /** What it waits for now: 1 readable, 4 writable (poll(2)). */
  events(): number;
  onReady(revents: number): void;
}

/** The earliest first; of the same time in the order in which they were started. */
const timers: LoopTimer[] = [];
let immediates: (() => void)[] = [];
const watches = new Set<Watch>();
const signals = new Map<number, () => void>();
let onEnd = (): void => {};
let onUncaught = (error: unknown): void => {
  throw error;
};

export function startTimer(timer: LoopTimer): void {
  stopTimer(timer);
  let at = timers.length;
  while (at > 0 && (timers[at - 1]?.dueAt ?? 0) > timer.dueAt) at -= 1;
  timers.splice(at, 0, timer);
}

export function stopTimer(timer: LoopTimer): void {
  const at = timers.indexOf(timer);
  if (at >= 0) timers.splice(at, 1);
}

export function startImmediate(run: () => void): void {
  immediates.push(run);
}

/** @returns what ends it */
export function watchDescriptor(watch: Watch): () => void {
  watches.add(watch);
  return () => void watches.delete(watch);
}

export function watchSignal(number: number, onSignal: () => void): void {
  signals.set(number, onSignal);
  system.watchSignal(number);
}

/** Who is told of what a callback throws. */
export function tellUncaught(handler: (error: unknown) => void): void {
  onUncaught = handler;
}

/** What to do when there is nothing left to wait for. */
export function tellEnd(handler: () => void): void {
  onEnd = handler;
}

/** Something threw with nobody to catch it. */
export function uncaught(error: unknown): void {
  onUncaught(error);
}

/**
 * Runs until there is nothing left to wait for. In the order of Node's: timers that are due, what is ready, immediates;
 * and between any two callbacks the runtime's own jobs, so one turn runs one of them.
 */
export function runLoop(): void {
  const callbacks = nextCallbacks();
  system.runLoop(() => {
    try {
      const next = callbacks.next();
      if (next.done) return false;
      next.value();
    } catch (error) {
      uncaught(error);
    }
    return true;
  });
  onEnd();
}

function* nextCallbacks(): Generator<() => void, void> {
  for (;;) {
    yield* dueTimers();
    // The jobs of the last callback may have been the last to start something.
    if (!isNeeded()) return;
    yield* readyWatches();
    yield* immediatesOfNow();
  }
}

/** One that a callback only now starts waits for the next round: what has become ready meanwhile goes before it. */
function* dueTimers(): Generator<() => void> {
  const now = system.now();
  for (const timer of timers.filter(({ dueAt }) => dueAt <= now)) {
    if (!timers.includes(timer) || timer.dueAt > now) continue;
    stopTimer(timer);
    yield timer.run;
  }
}

function isNeeded(): boolean {
  return watches.size > 0 || immediates.length > 0 || timers.some(({ isReferenced }) => isReferenced);
}

function* readyWatches(): Generator<() => void> {
  const polled = [...watches];
  const revents: number[] = [];
  const descriptors = polled.map(({ descriptor }) => descriptor);
  const events = polled.map((watch) => watch.events());
  const ready = system.poll(descriptors, events, longestWait(), revents);
  for (let number = system.takeSignal(); number !== 0; number = system.takeSignal()) {
    const onSignal = signals.get(number);
    if (onSignal !== undefined) yield onSignal;
  }
  if (ready < 0 && system.errnoName(-ready) !== 'EINTR')
    throw new Error(`poll failed (${system.errnoName(-ready)})`);
  for (const [index, watch] of polled.entries()) {
    const found = revents[index] ?? 0;
    // A callback before may have ended it.
    if (ready > 0 && found !== 0 && watches.has(watch)) yield () => watch.onReady(found);
  }
}

/** Milliseconds; never short of the next timer's time, as poll(2) counts in whole ones. */
function longestWait(): number {
  if (immediates.length > 0) return 0;
  const [next] = timers;
  return next === undefined ? -1 : Math.max(0, Math.ceil(next.dueAt - system.now()));
}

function* immediatesOfNow(): Generator<() => void> {
  const now = immediates;
  immediates = [];
  yield* now;
}
