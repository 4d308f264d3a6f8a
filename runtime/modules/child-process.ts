import * as resident from 'runtime:resident';
import * as system from 'runtime:system';
import { Timeout } from '../globals/timers.ts';
import { startImmediate, watchDescriptor, watchSignal } from '../loop.ts';
import { systemError } from './system-error.ts';

/** As much of Node's `child_process` as the installer uses: a program that is run to its end, in bounds. */

interface Options {
  readonly cwd?: string;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds after which it is killed; 0 for none. */
  readonly timeout?: number;
  /** The most of standard output, and of standard error, in bytes; one that says more is killed. */
  readonly maxBuffer?: number;
  readonly killSignal?: 'SIGTERM' | 'SIGKILL';
}

/** Why a program did not end well. */
export type ExecFileException = Error & {
  /** Exit code, or the code of a system error where it could not be started. */
  code?: number | string | null;
  /** True when it was killed for its bounds. */
  killed?: boolean;
  signal?: string | null;
  cmd?: string;
};

type Callback = (error: ExecFileException | null, stdout: string, stderr: string) => void;

const SIGCHLD = 17;
const SIGNALS: Readonly<Record<string, number>> = { SIGTERM: 15, SIGKILL: 9 };
/** What `wait` adds to the signal that ended a program. */
const SIGNALLED = 256;
const LOOK_MS = 1000;
const CHUNK_BYTES = 16 * 1024;
const MAX_BUFFER_BYTES = 1024 * 1024;

/** Those that run. */
const children = new Map<number, Child>();
/** While one runs: nothing else may keep the process waiting. */
let looking: Timeout | undefined;

/**
 * Runs a program with nothing to read, and tells what it said once it ended and nobody has its output open any more.
 * @param file a path
 */
export function execFile(file: string, args: readonly string[], options: Options, callback: Callback): void {
  const { env, cwd = '.' } = options;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  // Before it can end.
  if (children.size === 0) watchSignal(SIGCHLD, reap);
  const started = resident.spawn(file, file, args, variables, cwd);
  if (typeof started === 'number') {
    const error = Object.assign(systemError(started, `spawn ${file}`), { cmd: [file, ...args].join(' ') });
    const { code } = error;
    startImmediate(() =>
      callback(Object.assign(error, { message: `spawn ${file} ${code}`, path: file }), '', ''),
    );
    return;
  }
  const [id, output, errors] = started;
  if (children.size === 0) looking = new Timeout(reap, LOOK_MS, true);
  children.set(id, new Child(id, [output, errors], [file, ...args].join(' '), options, callback));
}

/** One signal may stand for several programs that ended. */
function reap(): void {
  for (const [id, child] of [...children]) {
    const status = resident.wait(id);
    if (status === undefined) continue;
    children.delete(id);
    child.ended(status);
  }
  if (children.size === 0) looking?.close();
}

class Child {
  readonly #id: number;
  readonly #command: string;
  readonly #limit: number;
  readonly #killSignal: 'SIGTERM' | 'SIGKILL';
  readonly #callback: Callback;
  readonly #said: Uint8Array[][] = [[], []];
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  /** By descriptor, what ends their watch. */
  readonly #open = new Map<number, () => void>();
  /** That of its bounds which it broke first. */
  #fault: ExecFileException | undefined;
  #isKilled = false;
  #status: number | undefined;

  constructor(id: number, ends: readonly number[], command: string, options: Options, callback: Callback) {
    const { timeout = 0, maxBuffer = MAX_BUFFER_BYTES, killSignal = 'SIGTERM' } = options;
    this.#id = id;
    this.#command = command;
    this.#limit = maxBuffer;
    this.#killSignal = killSignal;
    this.#callback = callback;
    for (const [which, descriptor] of ends.entries()) {
      const watch = { descriptor, events: () => 1, onReady: () => this.#read(descriptor, which) };
      this.#open.set(descriptor, watchDescriptor(watch));
    }
    if (timeout > 0) this.#timer = setTimeout(() => this.#kill(), timeout);
  }

  ended(status: number): void {
    this.#status = status;
    this.#endAtLast();
  }

  #read(descriptor: number, which: number): void {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const length = system.read(descriptor, chunk, 0, CHUNK_BYTES);
    if (length < 0 && ['EAGAIN', 'EINTR'].includes(system.errnoName(-length))) return;
    if (length <= 0) {
      this.#closeEnd(descriptor);
      return;
    }
    const said = this.#said[which] ?? [];
    const before = said.reduce((bytes, one) => bytes + one.length, 0);
    said.push(chunk.subarray(0, Math.min(length, this.#limit - before)));
    if (before + length <= this.#limit) return;
    const name = which === 0 ? 'stdout' : 'stderr';
    const error = new RangeError(`${name} maxBuffer length exceeded`);
    this.#fault ??= Object.assign(error, { code: 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER' });
    this.#kill();
  }

  /** What it started itself may have its output still open: that is waited for no longer. */
  #kill(): void {
    if (this.#status === undefined) {
      this.#isKilled = true;
      resident.kill(this.#id, SIGNALS[this.#killSignal] ?? 0);
    }
    for (const descriptor of [...this.#open.keys()]) this.#closeEnd(descriptor);
  }

  #closeEnd(descriptor: number): void {
    this.#open.get(descriptor)?.();
    if (this.#open.delete(descriptor)) system.close(descriptor);
    this.#endAtLast();
  }

  #endAtLast(): void {
    if (this.#status === undefined || this.#open.size > 0) return;
    clearTimeout(this.#timer);
    const [stdout = '', stderr = ''] = this.#said.map((chunks) => Buffer.concat(chunks).toString());
    startImmediate(() => this.#callback(this.#error(stderr), stdout, stderr));
  }

  #error(stderr: string): ExecFileException | null {
    const cmd = this.#command;
    if (this.#fault !== undefined) return Object.assign(this.#fault, { cmd });
    const status = this.#status ?? 0;
    if (status === 0 && !this.#isKilled) return null;
    return Object.assign(new Error(`Command failed: ${cmd}\n${stderr}`), {
      code: status < SIGNALLED ? status : null,
      killed: this.#isKilled,
      signal: status < SIGNALLED ? null : nameOf(status - SIGNALLED),
      cmd,
    });
  }
}

function nameOf(signal: number): string {
  return Object.keys(SIGNALS).find((name) => SIGNALS[name] === signal) ?? `SIG${signal}`;
}
