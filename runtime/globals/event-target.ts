import { uncaught } from '../loop.ts';

/** As much of the web platform's events as aborting takes (DOM Standard, 2). */
export class Event {
  readonly type: string;
  target: EventTarget | null = null;

  constructor(type: string) {
    this.type = type;
  }
}

type Listener = ((event: Event) => void) | { handleEvent(event: Event): void };

interface Registered {
  readonly type: string;
  readonly listener: Listener;
  readonly once: boolean;
}

export class EventTarget {
  #registered: readonly Registered[] = [];

  addEventListener(type: string, listener: Listener | null, { once = false }: { once?: boolean } = {}): void {
    if (listener === null || this.#registered.some(isOf(type, listener))) return;
    this.#registered = [...this.#registered, { type, listener, once }];
  }

  removeEventListener(type: string, listener: Listener | null): void {
    const isRemoved = isOf(type, listener);
    this.#registered = this.#registered.filter((one) => !isRemoved(one));
  }

  /** Whatever a listener throws, the next one is called. */
  dispatchEvent(event: Event): boolean {
    event.target = this;
    for (const one of this.#registered) {
      // One that a listener before it has taken away is not called any more.
      if (one.type !== event.type || !this.#registered.includes(one)) continue;
      if (one.once) this.removeEventListener(one.type, one.listener);
      try {
        if (typeof one.listener === 'function') one.listener.call(this, event);
        else one.listener.handleEvent(event);
      } catch (error) {
        queueMicrotask(() => uncaught(error));
      }
    }
    return true;
  }
}

function isOf(type: string, listener: Listener | null): (one: Registered) => boolean {
  return (one) => one.type === type && one.listener === listener;
}
