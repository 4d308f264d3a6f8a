import * as system from 'runtime:system';
import { holds, is, throws } from '../assertions.mjs';
import { EINTR, EINVAL, POLLOUT, SIGTERM, SIGUSR1 } from '../numbers.mjs';
import { ask, signalled, socket } from '../peer-socket.mjs';

export const signalsCases = {
  signals() {
    is(system.takeSignal(), 0, 'none is watched');
    for (const number of [9, 19, 11, 6, 13]) is(system.watchSignal(number), -EINVAL, `watchSignal ${number}`);
    for (const number of [0, -1, 65, 1.5])
      throws(RangeError, () => system.watchSignal(number), `watchSignal ${number}`);
    throws(TypeError, () => system.watchSignal('SIGTERM'), 'watchSignal of a name');
    is(system.watchSignal(SIGTERM), 0, 'watchSignal');
    is(system.watchSignal(SIGTERM), 0, 'watchSignal once more');
    is(system.watchSignal(SIGUSR1), 0, 'watchSignal of another');
    is(system.takeSignal(), 0, 'none came');
    const peer = system.connect(socket);
    ask(peer, `kill ${SIGTERM} 50`);
    const revents = [];
    is(system.poll([peer], [0], -1, revents), -EINTR, 'a signal while poll waits');
    is(revents, [0], 'and nothing is ready');
    is(system.poll([peer], [POLLOUT], -1, revents), -EINTR, 'poll with a signal that was not taken');
    is(system.takeSignal(), SIGTERM, 'it is taken');
    is(system.takeSignal(), 0, 'once');
    is(system.poll([peer], [POLLOUT], 0, revents), 1, 'poll goes on');
    signalled(peer, SIGTERM);
    is(system.takeSignal(), SIGTERM, 'a signal outside of poll');
    is(system.takeSignal(), 0, 'once as well');
    signalled(peer, SIGTERM);
    is(system.poll([], [], -1, []), -EINTR, 'a signal before poll');
    is(system.takeSignal(), SIGTERM, 'is taken');
    signalled(peer, SIGTERM);
    is(system.poll([], [], 0, []), -EINTR, 'a signal before poll that does not wait');
    signalled(peer, SIGUSR1);
    is(
      [system.takeSignal(), system.takeSignal(), system.takeSignal()].sort().join(),
      '0,10,15',
      'two signals',
    );
    const rounds = 300;
    let taken = 0;
    for (let round = 0; round < rounds; round++) {
      ask(peer, `kill ${SIGUSR1} 0`);
      while (system.takeSignal() === 0) if (system.poll([], [], 2000, []) !== -EINTR) break;
      taken++;
    }
    is(taken, rounds, 'none is lost');
    holds(system.readFile('/proc/self/status').length > 0, 'other calls go on');
    system.close(peer);
  },
};
