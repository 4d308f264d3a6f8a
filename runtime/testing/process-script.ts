import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A process that ends in the way that its first argument names (process.test.ts). */

const say = (text: string) => void writeSync(1, `${text}\n`);
const forEver = () => delay(60_000, undefined, { signal: new AbortController().signal });

const ways: Readonly<Record<string, () => unknown>> = {
  'with nothing left': () => say('done'),
  'by exit'() {
    process.on('exit', (code) => say(`exit ${code}`));
    process.exit(3);
  },
  'by exit within exit'() {
    process.on('exit', () => {
      say('once');
      process.exit(4);
    });
    process.exit(3);
  },
  'by exit, once nothing is left'() {
    process.on('exit', (code) => {
      say(`exit ${code}`);
      process.exit(5);
    });
  },
  'by exit from a promise': () => Promise.resolve().then(() => process.exit(6)),
  'by an error': () =>
    setTimeout(() => {
      throw new Error('nobody catches it');
    }),
  'by an error that is handled'() {
    process.on('uncaughtException', ({ message }) => {
      say(message);
      process.exit(7);
    });
    setTimeout(() => {
      throw new Error('somebody handles it');
    });
    return forEver();
  },
  'by a rejection': () => void Promise.reject(new Error('nobody catches it')),
  'by a signal': async () => {
    for (const name of ['SIGHUP', 'SIGINT'] as const) process.on(name, (...args) => say(args.join()));
    process.on('SIGTERM', () => process.exit(8));
    say('ready');
    await forEver();
  },
  'after it told of itself'() {
    const { pid, argv, env, execPath } = process;
    const ofProc = readFileSync('/proc/self/stat', 'utf8').split(' ')[0];
    process.umask(0o077);
    const before = process.umask(0o022);
    const mine = { ...env };
    for (const name of Object.keys(env)) if (name !== 'PATH') delete env[name];
    closeSync(2);
    const lowest = openSync('/dev/null', 'w');
    say(
      JSON.stringify({
        args: argv.slice(2),
        isPid: String(pid) === ofProc,
        before,
        uid: process.geteuid?.(),
        own: mine['OF_TEST'],
        left: Object.keys(env),
        isExecutable: execPath.startsWith('/'),
        lowest,
        isRecent: performance.now() < 5000 && performance.now() >= 0,
        random: crypto.getRandomValues(new Uint8Array(32)).some((byte) => byte !== 0),
      }),
    );
  },
};
await ways[process.argv[2] ?? '']?.();
