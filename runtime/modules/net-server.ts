import * as resident from 'runtime:resident';
import * as system from 'runtime:system';
import { startImmediate, type Watch, watchDescriptor } from '../loop.ts';
import { EventEmitter } from './events.ts';
import { Socket } from './net-socket.ts';
import { systemError } from './system-error.ts';

/** Connections that wait until they are accepted, as in Node. */
const BACKLOG = 511;
/** Accepted in one turn of the loop, so that those that are connected have their turn too. */
const MOST_AT_ONCE = 64;
/** After these nothing is accepted for a while: descriptors or memory are used up, and the connection still waits. */
const EXHAUSTED = ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'];
const PAUSE_MS = 100;

export function createServer(onConnection: (socket: Socket) => void): Server {
  return new Server(onConnection);
}

/** Events: `listening`, `connection`, `error` when it cannot listen, and `close` once it and all connections are closed. */
export class Server extends EventEmitter implements Watch {
  descriptor = -1;
  listening = false;
  /** More than this at once are closed as they come. */
  maxConnections = Number.POSITIVE_INFINITY;
  readonly #open = new Set<Socket>();
  #unwatch: () => void = () => {};

  constructor(onConnection?: (socket: Socket) => void) {
    super();
    if (onConnection !== undefined) this.on('connection', onConnection);
  }

  listen(path: string, onListening?: () => void): this;
  listen(port: number, onListening?: () => void): this;
  listen(port: number, host: string | undefined, onListening?: () => void): this;
  listen(
    where: string | number,
    hostOrListener?: string | (() => void),
    onListening = typeof hostOrListener === 'function' ? hostOrListener : undefined,
  ): this {
    if (onListening !== undefined) this.once('listening', onListening);
    const host = typeof hostOrListener === 'string' ? hostOrListener : undefined;
    const [result, address] = typeof where === 'string' ? atPath(where) : atPort(where, host);
    startImmediate(() => {
      if (result >= 0) this.emit('listening');
      else this.emit('error', listenError(result, address));
    });
    if (result >= 0) this.#begin(result);
    return this;
  }

  /** The port of a server that listens on one. */
  address(): { readonly port: number } {
    return { port: resident.localPort(this.descriptor) };
  }

  /** Accepts no more; connections that are open go on. */
  close(onClose?: () => void): this {
    if (onClose !== undefined) this.once('close', onClose);
    if (!this.listening) return this;
    this.listening = false;
    this.#unwatch();
    system.close(this.descriptor);
    this.#closeAtLast();
    return this;
  }

  events(): number {
    return 1;
  }

  onReady(): void {
    for (let count = 0; count < MOST_AT_ONCE && this.listening; count += 1) {
      const result = resident.accept(this.descriptor);
      if (result >= 0) this.#take(result);
      else {
        if (EXHAUSTED.includes(system.errnoName(-result))) this.#pause();
        return;
      }
    }
  }

  #begin(descriptor: number): void {
    this.descriptor = descriptor;
    this.listening = true;
    this.#unwatch = watchDescriptor(this);
  }

  #take(descriptor: number): void {
    if (this.#open.size >= this.maxConnections) {
      system.close(descriptor);
      return;
    }
    const socket = new Socket({ descriptor });
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#closeAtLast();
    });
    this.emit('connection', socket);
  }

  #pause(): void {
    this.#unwatch();
    setTimeout(() => {
      if (this.listening) this.#unwatch = watchDescriptor(this);
    }, PAUSE_MS);
  }

  #closeAtLast(): void {
    if (!this.listening && this.#open.size === 0) startImmediate(() => void this.emit('close'));
  }
}

type Bound = readonly [result: number, address: string];

function atPath(path: string): Bound {
  return [resident.listen(path, BACKLOG), path];
}

/** On all addresses without a host; where the kernel has no IPv6, on all of IPv4. */
function atPort(port: number, host: string | undefined): Bound {
  if (host !== undefined) return [resident.listenTcp(host, port, BACKLOG), `${host}:${port}`];
  const both = resident.listenTcp('::', port, BACKLOG);
  const hasIpv6 = both >= 0 || !['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL'].includes(system.errnoName(-both));
  return hasIpv6 ? [both, `:::${port}`] : [resident.listenTcp('0.0.0.0', port, BACKLOG), `0.0.0.0:${port}`];
}

/** As Node words it: `listen EADDRINUSE: address already in use :::9808`. */
function listenError(result: number, address: string): Error {
  const error = systemError(result, 'listen');
  return Object.assign(error, { message: `listen ${error.message.replace(/, listen$/, '')} ${address}` });
}
