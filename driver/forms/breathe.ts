import type { Breathe, Compute } from '../ports.ts';

/** Longest time in milliseconds that a timer, such as the deadline, may be kept waiting. */
const LONG_MS = 20;

/** Gives timers and answers their turn every now and then. A timer would sleep for a millisecond each time. */
export function breatheNowAndThen(): Breathe {
  let breathedAt = performance.now();
  return () => {
    if (performance.now() - breathedAt <= LONG_MS) return undefined;
    return new Promise((resolve) =>
      setImmediate(() => {
        breathedAt = performance.now();
        resolve();
      }),
    );
  };
}

/** Computes in a process that has nothing else to do. */
export const computeAlone: Compute = (task) => task(breatheNowAndThen());
