/** Something under way that several wait for. */
interface Flight {
  readonly outcome: Promise<unknown>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * What is under way is not begun a second time. It goes on for as long as somebody waits for it, whoever began it; the
 * last one to leave ends it with its own reason, and gets what then comes of it, as that may say more than the reason.
 */
export class Flights {
  readonly #flights = new Map<string, Flight>();

  /** @param begin must end soon after its signal */
  share<T>(key: string, signal: AbortSignal, begin: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const flight = this.#flights.get(key) ?? this.#begin(key, begin);
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
    const flight: Flight = { outcome: begin(controller.signal), controller, waiting: 0 };
    this.#flights.set(key, flight);
    const forget = () => this.#forget(key, flight);
    flight.outcome.then(forget, forget);
    return flight;
  }

  #forget(key: string, flight: Flight): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
