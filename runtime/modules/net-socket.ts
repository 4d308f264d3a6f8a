import * as system from 'runtime:system';
import {
  type LoopTimer,
  startImmediate,
  startTimer,
  stopTimer,
  type Watch,
  watchDescriptor,
} from '../loop.ts';
import { EventEmitter } from './events.ts';
import { systemError } from './system-error.ts';

/** What poll(2) is asked for, and tells. */
const POLLIN = 1;
const POLLOUT = 4;

/** Read at once; a reply of a few secrets has less. */
const CHUNK_BYTES = 65_536;
/** All sockets read into it: whoever is told of a chunk gets a copy. */
let scratch: Uint8Array | undefined;

interface Options {
  readonly path: string;
  /** Milliseconds without a byte after which `timeout` is told; nothing else happens then. */
  readonly timeout?: number;
}

/** Connects to the program that listens at a path. */
export function connect(where: string | Options, onConnect?: () => void): Socket {
  const { path, timeout = 0 } = typeof where === 'string' ? { path: where } : where;
  const socket = new Socket({ path });
  if (timeout > 0) socket.setTimeout(timeout);
  return onConnect === undefined ? socket : socket.once('connect', onConnect);
}

/**
 * Events: `connect`, `data`, `end` (the other side writes no more), `timeout`, `error`, and `close` at last. A socket whose
 * other side writes no more is closed once everything was written to it, as Node does without `allowHalfOpen`.
 */
export class Socket extends EventEmitter implements Watch {
  readonly descriptor: number;
  destroyed = false;
  readonly #path: string | undefined;
  #unwatch: () => void = () => {};
  #unsent: Uint8Array = new Uint8Array();
  #isConnecting: boolean;
  #isReading = true;
  #isEnding = false;
  #idle: (LoopTimer & { readonly milliseconds: number }) | undefined;

  /** @param from a path to connect to, or a descriptor that is connected */
  constructor(from: { readonly path: string } | { readonly descriptor: number }) {
    super();
    this.#isConnecting = 'path' in from;
    this.#path = 'path' in from ? from.path : undefined;
    this.descriptor = 'path' in from ? system.connect(from.path) : from.descriptor;
    if (this.descriptor >= 0) this.#unwatch = watchDescriptor(this);
    else startImmediate(() => this.#fail(this.descriptor, 'connect'));
  }

  events(): number {
    if (this.#isConnecting) return POLLOUT;
    return (this.#isReading ? POLLIN : 0) | (this.#unsent.length > 0 ? POLLOUT : 0);
  }

  onReady(revents: number): void {
    if (this.#isConnecting) {
      this.#connected();
      return;
    }
    if ((revents & POLLOUT) !== 0 || !this.#isReading) this.#flush();
    // Whatever else is told, reading says what it is.
    if ((revents & ~POLLOUT) !== 0 && this.#isReading && !this.destroyed) this.#read();
  }

  write(data: Uint8Array | string): boolean {
    if (this.destroyed || this.#isEnding) return false;
    const bytes = typeof data === 'string' ? system.encodeUtf8(data) : data;
    this.#unsent = this.#unsent.length === 0 ? bytes : Buffer.concat([this.#unsent, bytes]);
    if (!this.#isConnecting) this.#flush();
    return this.#unsent.length === 0;
  }

  /** Writes no more after this; the other side may go on. */
  end(data?: Uint8Array | string): this {
    if (data !== undefined) this.write(data);
    if (this.destroyed || this.#isEnding) return this;
    this.#isEnding = true;
    if (!this.#isConnecting) this.#flush();
    return this;
  }

  /** Tells `timeout` whenever so long nothing came or went. 0 ends that. */
  setTimeout(milliseconds: number, onTimeout?: () => void): this {
    if (this.#idle !== undefined) stopTimer(this.#idle);
    this.#idle = undefined;
    if (milliseconds > 0 && !this.destroyed) {
      const run = () => void this.emit('timeout');
      this.#idle = { dueAt: 0, isReferenced: false, run, milliseconds };
      this.#touch();
    }
    if (onTimeout !== undefined && milliseconds > 0) this.once('timeout', onTimeout);
    return this;
  }

  /** Only `close` comes after it. */
  destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.#unsent = new Uint8Array();
    if (this.#idle !== undefined) stopTimer(this.#idle);
    this.#unwatch();
    if (this.descriptor >= 0) system.close(this.descriptor);
    startImmediate(() => {
      if (error !== undefined) this.emit('error', error);
      this.emit('close');
    });
    return this;
  }

  #connected(): void {
    const fault = system.socketError(this.descriptor);
    if (fault !== 0) {
      this.#fail(-Math.abs(fault), 'connect');
      return;
    }
    this.#isConnecting = false;
    this.#touch();
    this.emit('connect');
    this.#flush();
  }

  /** A fault here is one of reading too, and what the other side said before is read first. */
  #flush(): void {
    while (this.#unsent.length > 0 && !this.destroyed) {
      const written = system.write(this.descriptor, this.#unsent, 0, this.#unsent.length);
      if (written < 0 && isPassing(written)) return;
      this.#touch();
      this.#unsent = written < 0 ? new Uint8Array() : this.#unsent.subarray(written);
    }
    if (!this.#isEnding || this.destroyed) return;
    if (this.#isReading) system.shutdown(this.descriptor);
    else this.destroy();
  }

  #read(): void {
    scratch ??= new Uint8Array(CHUNK_BYTES);
    const length = system.read(this.descriptor, scratch, 0, CHUNK_BYTES);
    if (length > 0) {
      this.#touch();
      this.emit('data', Buffer.from(scratch.subarray(0, length)));
    } else if (length < 0 && !isPassing(length)) this.#fail(length, 'read');
    else if (length === 0) this.#ended();
  }

  #ended(): void {
    this.#isReading = false;
    this.emit('end');
    if (this.#isEnding && this.#unsent.length === 0) this.destroy();
    else this.end();
  }

  #fail(result: number, syscall: string): void {
    if (this.destroyed) return;
    this.destroy(netError(result, syscall, syscall === 'connect' ? this.#path : undefined));
  }

  #touch(): void {
    if (this.#idle === undefined) return;
    this.#idle.dueAt = system.now() + this.#idle.milliseconds;
    startTimer(this.#idle);
  }
}

/** As Node words faults of sockets: `connect ECONNREFUSED /run/a.sock`. */
function netError(result: number, syscall: string, address: string | undefined): Error {
  const error = systemError(result, syscall);
  const about = address === undefined ? '' : ` ${address}`;
  return Object.assign(error, { message: `${syscall} ${error.code}${about}`, ...(address && { address }) });
}

function isPassing(result: number): boolean {
  return ['EAGAIN', 'EINTR'].includes(system.errnoName(-result));
}
