/** How long something may take: `signal` ends it, `timeLeft` tells the milliseconds until then. */
export interface Bound {
  readonly signal: AbortSignal;
  timeLeft(): number;
}

/** A bound within another one is over, while the other one is not. */
export class OutOfTime extends Error {
  /** Milliseconds there were. */
  readonly after: number;

  constructor(after: number) {
    super(`no answer within ${after} ms`);
    this.name = 'OutOfTime';
    this.after = after;
  }
}

/**
 * A part of what is left of `whole` when `begin` settles; its signal then aborts with OutOfTime, or with the
 * whole's own reason when that ends first. `end` releases the timer.
 * @param share more than 0, less than 1
 */
export function shareOf(whole: Bound, share: number, begin: Promise<unknown>): Bound & { end(): void } {
  const controller = new AbortController();
  const signal = AbortSignal.any([whole.signal, controller.signal]);
  let timer: NodeJS.Timeout | undefined;
  let endsAt: number | undefined;
  let ended = false;
  const start = () => {
    if (ended) return;
    const milliseconds = Math.max(0, whole.timeLeft() * share);
    endsAt = performance.now() + milliseconds;
    timer = setTimeout(() => controller.abort(new OutOfTime(milliseconds)), milliseconds);
    timer.unref();
  };
  begin.then(start, start);
  return {
    signal,
    timeLeft: () => (endsAt === undefined ? whole.timeLeft() * share : endsAt - performance.now()),
    end() {
      ended = true;
      clearTimeout(timer);
    },
  };
}
