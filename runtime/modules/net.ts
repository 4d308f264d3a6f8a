import * as system from 'runtime:system';
import { startImmediate, type Watch, watchDescriptor } from '../loop.ts';
import { systemError } from './system-error.ts';

/** As much of Node's `net` as the driver uses: streams to programs of this node (unix(7)). */

/** What poll(2) is asked for, and tells. */
const POLLIN = 1;
const POLLOUT = 4;

/** Read at once; a reply of a few secrets has less. */
const CHUNK_BYTES = 65_536;

interface Listeners {
  readonly connect: () => void;
  /** Whoever is told of a chunk copies what is kept. */
  readonly data: (chunk: Uint8Array) => void;
  readonly error: (error: Error) => void;
  readonly close: () => void;
}

export function connect(path: string): Socket {
  return new Socket(path);
}

export class Socket implements Watch {
  readonly descriptor: number;
  readonly #path: string;
  readonly #listeners: Partial<Listeners> = {};
  readonly #unwatch: () => void;
  readonly #chunk: Uint8Array = new Uint8Array(CHUNK_BYTES);
  #unsent: Uint8Array = new Uint8Array();
  #state: 'connecting' | 'open' | 'closed' = 'connecting';

  constructor(path: string) {
    this.#path = path;
    this.descriptor = system.connect(path);
    this.#unwatch = this.descriptor < 0 ? () => undefined : watchDescriptor(this);
    if (this.descriptor < 0) startImmediate(() => this.#fail(this.descriptor, 'connect'));
  }

  /** One listener for each event. */
  on<Event extends keyof Listeners>(event: Event, listener: Listeners[Event]): this {
    this.#listeners[event] = listener;
    return this;
  }

  events(): number {
    if (this.#state === 'connecting') return POLLOUT;
    return this.#unsent.length > 0 ? POLLIN | POLLOUT : POLLIN;
  }

  onReady(revents: number): void {
    if (this.#state === 'connecting') {
      this.#connected();
      return;
    }
    if ((revents & POLLOUT) !== 0) this.#flush();
    // Whatever else is told, reading says what it is.
    if ((revents & ~POLLOUT) !== 0) this.#read();
  }

  write(bytes: Uint8Array): void {
    if (this.#state === 'closed') return;
    this.#unsent = this.#unsent.length === 0 ? bytes : Buffer.concat([this.#unsent, bytes]);
    if (this.#state === 'open') this.#flush();
  }

  /** No event comes after it, unlike in Node, where `close` does. */
  destroy(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#unsent = new Uint8Array();
    this.#unwatch();
    if (this.descriptor >= 0) system.close(this.descriptor);
  }

  #connected(): void {
    const fault = system.socketError(this.descriptor);
    if (fault !== 0) {
      this.#fail(-Math.abs(fault), 'connect');
      return;
    }
    this.#state = 'open';
    this.#listeners.connect?.();
    if (this.#unsent.length > 0) this.#flush();
  }

  /** A fault here is one of reading too, and what the other side said before it is read first. */
  #flush(): void {
    while (this.#unsent.length > 0) {
      const written = system.write(this.descriptor, this.#unsent, 0, this.#unsent.length);
      if (written < 0 && isPassing(written)) return;
      this.#unsent = written < 0 ? new Uint8Array() : this.#unsent.subarray(written);
    }
  }

  #read(): void {
    const length = system.read(this.descriptor, this.#chunk, 0, CHUNK_BYTES);
    if (length > 0) this.#listeners.data?.(this.#chunk.subarray(0, length));
    else if (length < 0 && !isPassing(length)) this.#fail(length, 'read');
    else if (length === 0) this.#end();
  }

  #fail(result: number, syscall: string): void {
    if (this.#state === 'closed') return;
    this.#listeners.error?.(systemError(result, syscall, this.#path));
    this.#end();
  }

  #end(): void {
    if (this.#state === 'closed') return;
    this.destroy();
    this.#listeners.close?.();
  }
}

function isPassing(result: number): boolean {
  return ['EAGAIN', 'EINTR'].includes(system.errnoName(-result));
}
