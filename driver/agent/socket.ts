import { connect } from 'node:net';
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

/** Connects to the program that listens at a path. */
export function openSocket(path: string, events: SocketEvents): Socket {
  let ended = false;
  const end = (code: string) => {
    if (ended) return;
    ended = true;
    events.onEnd(code);
  };
  const socket = connect(path);
  socket.on('connect', () => ended || events.onOpen());
  socket.on('data', (chunk: Buffer) => ended || events.onData(chunk));
  socket.on('error', (error) => end(systemCode(error)));
  socket.on('close', () => end('CLOSED'));
  return {
    send: (bytes) => void socket.write(bytes),
    close() {
      ended = true;
      socket.destroy();
    },
  };
}
