import * as system from 'runtime:system';
import { holds, is } from '../assertions.mjs';
import { at, textOf } from '../directory.mjs';
import {
  EBADF,
  ECONNREFUSED,
  EINVAL,
  ENAMETOOLONG,
  ENOENT,
  ENOTSOCK,
  EPIPE,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
} from '../numbers.mjs';
import { ask, socket } from '../peer-socket.mjs';

export const socketsCases = {
  sockets() {
    is(system.connect(at('missing')), -ENOENT, 'connect to nothing');
    is(system.connect(at('file')), -ECONNREFUSED, 'connect to a file');
    is(system.connect(''), -ENOENT, 'connect to an empty path');
    is(system.connect('\0abstract'), -EINVAL, 'connect to an abstract socket');
    is(system.connect(`/${'x'.repeat(106)}`), -ENOENT, 'the longest path of a socket');
    is(system.connect(`/${'x'.repeat(107)}`), -ENAMETOOLONG, 'a path that is too long for a socket');
    is(system.connect('x'.repeat(1_000_000)), -ENAMETOOLONG, 'a path that is much too long');
    const peer = system.connect(socket);
    holds(peer > 2, 'connect');
    holds(
      parseInt(/flags:\s*(\d+)/.exec(textOf(`/proc/self/fdinfo/${peer}`))[1], 8) & 0o2004000,
      'O_CLOEXEC and O_NONBLOCK',
    );
    is(system.socketError(peer), 0, 'no error');
    is(system.socketError(1 + 2 ** 20), -EBADF, 'socketError of nothing');
    const file = system.open(at('file'), 0, 0);
    is(system.socketError(file), -ENOTSOCK, 'socketError of a file');
    const into = new Uint8Array(64);
    is(system.read(peer, into, 0, 64), -11, 'read without waiting');
    const events = [9, 9, 9];
    is(system.poll([peer], [POLLIN | POLLOUT], 1000, events), 1, 'poll: writable');
    is(events, [POLLOUT, 9, 9], 'what poll tells');
    ask(peer, 'echo hello');
    is(system.poll([file, peer], [0, POLLIN], 5000, events), 1, 'poll: readable');
    is(events, [0, POLLIN, 9], 'which one');
    is(system.decodeUtf8(into.subarray(0, system.read(peer, into, 0, 64)), true), 'hello\n', 'what came');
    ask(peer, 'close');
    is(system.poll([peer], [POLLIN], 5000, events), 1, 'poll: the end');
    is(events[0] & (POLLIN | POLLHUP), POLLIN | POLLHUP, 'POLLHUP without asking');
    is(system.read(peer, into, 0, 64), 0, 'the end');
    is(system.write(peer, into, 0, 1), -EPIPE, 'write to a closed socket');
    system.close(peer);
    is(system.poll([peer], [POLLIN], 1000, events), 1, 'poll of what is closed');
    is(events[0], POLLNVAL, 'POLLNVAL');
    system.close(file);
  },
};
