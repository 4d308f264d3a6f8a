import * as system from 'front:system';
import type { Socket, SocketEvents } from '../../agent/socket.ts';
import { startImmediate, type Watch, watchDescriptor } from '../loop.ts';

/** What poll(2) is asked for, and tells. */
const POLLIN = 1;
const POLLOUT = 4;

/** Read at once; a reply of a few secrets has less. */
const CHUNK_BYTES = 65_536;

export type { Socket, SocketEvents };

/** Connects to the program that listens at a path (unix(7)). */
export function openSocket(path: string, events: SocketEvents): Socket {
  const descriptor = system.connect(path);
  if (descriptor >= 0) return new Connection(descriptor, events);
  let closed = false;
  startImmediate(() => closed || events.onEnd(system.errnoName(-descriptor)));
  return {
    send() {},
    close() {
      closed = true;
    },
  };
}

class Connection implements Socket, Watch {
  readonly descriptor: number;
  readonly #events: SocketEvents;
  readonly #unwatch: () => void;
  /** Whoever is told of a chunk copies what is kept. */
  readonly #chunk: Uint8Array = new Uint8Array(CHUNK_BYTES);
  #unsent: Uint8Array = new Uint8Array();
  #state: 'connecting' | 'open' | 'closed' = 'connecting';

  constructor(descriptor: number, events: SocketEvents) {
    this.descriptor = descriptor;
    this.#events = events;
    this.#unwatch = watchDescriptor(this);
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

  send(bytes: Uint8Array): void {
    if (this.#state === 'closed') return;
    this.#unsent = this.#unsent.length === 0 ? bytes : Buffer.concat([this.#unsent, bytes]);
    if (this.#state === 'open') this.#flush();
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#unsent = new Uint8Array();
    this.#unwatch();
    system.close(this.descriptor);
  }

  #connected(): void {
    const fault = system.socketError(this.descriptor);
    if (fault !== 0) {
      this.#end(system.errnoName(Math.abs(fault)));
      return;
    }
    this.#state = 'open';
    this.#events.onOpen();
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
    if (length > 0) this.#events.onData(this.#chunk.subarray(0, length));
    else if (length === 0) this.#end('CLOSED');
    else if (!isPassing(length)) this.#end(system.errnoName(-length));
  }

  #end(code: string): void {
    this.close();
    this.#events.onEnd(code);
  }
}

function isPassing(result: number): boolean {
  return ['EAGAIN', 'EINTR'].includes(system.errnoName(-result));
}
