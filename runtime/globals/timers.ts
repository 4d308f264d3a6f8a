import * as system from 'runtime:system';
import { type LoopTimer, startImmediate, startTimer, stopTimer } from '../loop.ts';

/** Of the kernel's clock in 32 bits; longer ones and what is none become the shortest, as in Node. */
const LONGEST_MS = 2 ** 31 - 1;

/** What `setTimeout` gives: as much of Node's as is used. */
export class Timeout {
  readonly #timer: LoopTimer;

  constructor(callback: () => void, milliseconds: number, isRepeated = false) {
    const length = milliseconds >= 1 && milliseconds <= LONGEST_MS ? Math.trunc(milliseconds) : 1;
    const start = () => {
      this.#timer.dueAt = system.now() + length;
      startTimer(this.#timer);
    };
    const repeat = () => {
      start();
      callback();
    };
    this.#timer = { dueAt: 0, isReferenced: true, run: isRepeated ? repeat : callback };
    start();
  }

  ref(): this {
    this.#timer.isReferenced = true;
    return this;
  }

  unref(): this {
    this.#timer.isReferenced = false;
    return this;
  }

  hasRef(): boolean {
    return this.#timer.isReferenced;
  }

  close(): this {
    stopTimer(this.#timer);
    return this;
  }
}

export function setTimeout<Args extends unknown[]>(
  callback: (...args: Args) => void,
  milliseconds = 1,
  ...args: Args
): Timeout {
  return new Timeout(() => callback(...args), Number(milliseconds));
}

export function clearTimeout(timeout: unknown): void {
  if (timeout instanceof Timeout) timeout.close();
}

/** Runs once what is ready now has had its turn. */
export function setImmediate<Args extends unknown[]>(callback: (...args: Args) => void, ...args: Args): void {
  startImmediate(() => callback(...args));
}
