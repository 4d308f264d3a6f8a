import { connect } from 'node:net';
import { systemErrorCode } from '../fault.ts';

const LIMIT_MS = 2000;

/** Why no connection is taken on a socket of this node; undefined when one is. */
export function connectionFault(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path, timeout: LIMIT_MS });
    const end = (fault: string | undefined) => {
      socket.destroy();
      resolve(fault);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end('no answer in time'));
    socket.once('error', (error) => end(systemErrorCode(error)));
  });
}
