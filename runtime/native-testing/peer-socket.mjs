// The socket of peer.mjs, and what is said to it.
import * as system from 'runtime:system';
import { is } from './assertions.mjs';

export const socket = system.args[1];

export function ask(peer, line) {
  const bytes = system.encodeUtf8(`${line.replace('kill', `kill ${system.pid}`)}\n`);
  is(system.write(peer, bytes, 0, bytes.length), bytes.length, `ask ${line}`);
}

/** The peer answers when it has sent the signal, which is there then. */
export function signalled(peer, number) {
  ask(peer, `kill ${number} 0`);
  ask(peer, 'echo done');
  const into = new Uint8Array(5);
  for (let got = 0; got < 5; ) got += Math.max(0, system.read(peer, into, got, 5 - got));
}
