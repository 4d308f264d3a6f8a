import { systemCode } from '../errors.ts';

/** What becomes of a connection. */
export interface SocketEvents {
  onOpen(): void;
  onData(chunk: Uint8Array): void;
  /** Once: the other side closed it, or it failed; `code` as ECONNREFUSED, or CLOSED. */
  onEnd(code: string): void;
}

/** A stream to the program that listens at a path (unix(7)). */
export interface Socket {
  send(bytes: Uint8Array): void;
  /** No event comes after it. */
  close(): void;
}

/**
 * Connects by what the runtime itself has: that takes 0.7 ms of CPU and 2 MB, and `node:net` on the same runtime 3.6 ms
 * and 6 MB, which every mount would pay. Under Node it is `node:net`.
 */
export function openSocket(path: string, events: SocketEvents): Socket {
  let ended = false;
  const guarded: SocketEvents = {
    onOpen: () => ended || events.onOpen(),
    onData: (chunk) => ended || events.onData(chunk),
    onEnd(code) {
      if (ended) return;
      ended = true;
      events.onEnd(code);
    },
  };
  const { Bun: bun } = globalThis as { Bun?: Bun };
  const socket = bun === undefined ? openByNode(path, guarded) : openByBun(bun, path, guarded);
  return {
    send: socket.send,
    close() {
      ended = true;
      socket.close();
    },
  };
}

/** The part of Bun's API for sockets that is used here. Source: Bun documentation, "TCP" (Bun.connect with `unix`). */
interface Bun {
  connect(options: {
    unix: string;
    socket: {
      open(socket: BunSocket): void;
      data(socket: BunSocket, chunk: Uint8Array): void;
      drain(socket: BunSocket): void;
      close(): void;
      error(socket: BunSocket, error: Error): void;
      connectError(socket: BunSocket, error: Error): void;
    };
  }): Promise<unknown>;
}

interface BunSocket {
  /** @returns how many bytes were taken; for the others there is `drain` */
  write(bytes: Uint8Array): number;
  terminate(): void;
}

function openByBun(bun: Bun, path: string, events: SocketEvents): Socket {
  let open: BunSocket | undefined;
  let unsent: Uint8Array = new Uint8Array();
  let closed = false;
  const flush = () => {
    if (open !== undefined && unsent.length > 0) unsent = unsent.subarray(Math.max(0, open.write(unsent)));
  };
  const failed = (error: unknown) => events.onEnd(systemCode(error));
  const connecting = bun.connect({
    unix: path,
    socket: {
      open(socket) {
        open = socket;
        if (closed) return socket.terminate();
        events.onOpen();
        flush();
      },
      data: (_, chunk) => events.onData(chunk),
      drain: flush,
      close: () => events.onEnd('CLOSED'),
      error: (_, error) => failed(error),
      connectError: (_, error) => failed(error),
    },
  });
  connecting.catch(failed);
  return {
    send(bytes) {
      unsent = unsent.length === 0 ? bytes : Buffer.concat([unsent, bytes]);
      flush();
    },
    close() {
      closed = true;
      open?.terminate();
    },
  };
}

function openByNode(path: string, events: SocketEvents): Socket {
  const opening = import('node:net').then(({ connect }) => {
    const socket = connect(path);
    socket.on('connect', () => events.onOpen());
    socket.on('data', (chunk: Buffer) => events.onData(chunk));
    socket.on('error', (error) => events.onEnd(systemCode(error)));
    socket.on('close', () => events.onEnd('CLOSED'));
    return socket;
  });
  return {
    send: (bytes) => void opening.then((socket) => socket.write(bytes)),
    close: () => void opening.then((socket) => socket.destroy()),
  };
}
