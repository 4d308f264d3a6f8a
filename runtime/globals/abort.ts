import { Event, EventTarget } from './event-target.ts';
import { setTimeout } from './timers.ts';

/** Only a controller, or the functions that make signals, may abort one. */
const abort = Symbol('abort');

/** DOM Standard, 3.2. */
export class AbortSignal extends EventTarget {
  #aborted = false;
  #reason: unknown;
  /** Signals that abort with this one. */
  readonly #dependents: AbortSignal[] = [];
  onabort: ((event: Event) => void) | null = null;

  static abort(reason?: unknown): AbortSignal {
    const signal = new AbortSignal();
    signal[abort](reason);
    return signal;
  }

  /** Holds the process up no longer than other things do, as in Node. */
  static timeout(milliseconds: number): AbortSignal {
    const signal = new AbortSignal();
    const reason = () => new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    setTimeout(() => signal[abort](reason()), milliseconds).unref();
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const signal = new AbortSignal();
    const sources = [...signals];
    const first = sources.find(({ aborted }) => aborted);
    if (first !== undefined) signal[abort](first.reason);
    else for (const source of sources) source.#dependents.push(signal);
    return signal;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  /** All that depend on it are aborted before anybody is told. */
  [abort](reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    for (const signal of this.#mark(reason)) {
      const event = new Event('abort');
      signal.onabort?.(event);
      signal.dispatchEvent(event);
    }
  }

  #mark(reason: unknown): AbortSignal[] {
    if (this.#aborted) return [];
    this.#aborted = true;
    this.#reason = reason;
    return [this, ...this.#dependents.flatMap((signal) => signal.#mark(reason))];
  }
}

export class AbortController {
  readonly signal: AbortSignal = new AbortSignal();

  abort(reason?: unknown): void {
    this.signal[abort](reason);
  }
}
