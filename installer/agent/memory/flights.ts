/** Something under way that several wait for. */
interface Flight {
  readonly outcome: Promise<unknown>;
  readonly controller: AbortController;
  readonly begunAt: number;
  waiting: number;
}

/**
 * What is under way is not begun a second time. It goes on for as long as somebody waits for it, whoever began it; the
 * last one to leave ends it with its own reason, and gets what then comes of it, as that may say more than the reason.
 */
export class Flights {
  readonly #now: () => number;
  readonly #flights = new Map<string, Flight>();

  /** @param now milliseconds of a clock that only goes forward */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * @param begin must end soon after its signal
   * @param since what was begun before this moment will not do
   */
  share<T>(
    key: string,
    signal: AbortSignal,
    begin: (signal: AbortSignal) => Promise<T>,
    since = Number.NEGATIVE_INFINITY,
  ): Promise<T> {
    const underWay = this.#flights.get(key);
    const flight = underWay !== undefined && underWay.begunAt >= since ? underWay : this.#begin(key, begin);
    flight.waiting += 1;
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        signal.removeEventListener('abort', leave);
        flight.waiting -= 1;
        if (flight.waiting > 0) return reject(signal.reason);
        this.#forget(key, flight);
        flight.controller.abort(signal.reason);
      };
      signal.addEventListener('abort', leave);
      (flight.outcome as Promise<T>).then(resolve, reject).finally(() => {
        signal.removeEventListener('abort', leave);
      });
      if (signal.aborted) leave();
    });
  }

  #begin(key: string, begin: (signal: AbortSignal) => Promise<unknown>): Flight {
    const controller = new AbortController();
    const begunAt = this.#now();
    const flight: Flight = { outcome: begin(controller.signal), controller, begunAt, waiting: 0 };
    this.#flights.set(key, flight);
    const forget = () => this.#forget(key, flight);
    flight.outcome.then(forget, forget);
    return flight;
  }

  #forget(key: string, flight: Flight): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
