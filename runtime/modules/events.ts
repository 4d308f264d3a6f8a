/** As much of Node's `events` as the sources use. */

// biome-ignore lint/suspicious/noExplicitAny: each event has arguments of its own, as in Node
type Listener = (...args: any[]) => void;

interface Registered {
  readonly listener: Listener;
  readonly once: boolean;
}

export class EventEmitter {
  readonly #registered = new Map<string, readonly Registered[]>();

  on(event: string, listener: Listener): this {
    return this.#add(event, { listener, once: false });
  }

  once(event: string, listener: Listener): this {
    return this.#add(event, { listener, once: true });
  }

  off(event: string, listener: Listener): this {
    const all = this.#registered.get(event) ?? [];
    const last = all.findLastIndex((one) => one.listener === listener);
    if (last >= 0) this.#registered.set(event, all.toSpliced(last, 1));
    return this;
  }

  /**
   * Calls the listeners of now, in their order. @returns whether there is one
   * @throws whatever a listener throws; an `error` that nobody listens to
   */
  emit(event: string, ...args: unknown[]): boolean {
    const all = this.#registered.get(event) ?? [];
    if (all.length === 0 && event === 'error') throw args[0];
    for (const { listener, once } of all) {
      if (once) this.off(event, listener);
      listener.apply(this, args);
    }
    return all.length > 0;
  }

  #add(event: string, one: Registered): this {
    this.#registered.set(event, [...(this.#registered.get(event) ?? []), one]);
    return this;
  }
}

/** The arguments of the next event of a kind. Fails with an `error` that comes before. */
export function once(emitter: EventEmitter, event: string): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const onEvent = (...args: unknown[]) => {
      emitter.off('error', onError);
      resolve(args);
    };
    const onError = (error: unknown) => {
      emitter.off(event, onEvent);
      reject(error);
    };
    emitter.once(event, onEvent);
    if (event !== 'error') emitter.once('error', onError);
  });
}
