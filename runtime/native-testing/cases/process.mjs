import * as system from 'runtime:system';
import { holds, is, throws } from '../assertions.mjs';
import { textOf } from '../directory.mjs';
import { EINVAL } from '../numbers.mjs';

export const processCases = {
  'this process'() {
    is(system.args.length, 2, 'args has no program name');
    holds(
      Object.isFrozen(system.args) && Object.isFrozen(system.environment),
      'args and environment are frozen',
    );
    is(Object.getPrototypeOf(system.environment), null, 'environment has no prototype');
    is(system.environment.OF_TEST, 'a=b=', 'a value with = in it');
    is(system.environment.BAD_IN_TEST, 'x\ufffdy', 'a value that is no UTF-8');
    is(
      Object.entries(system.environment).find(([name]) => name === '__proto__')?.[1],
      'own',
      'a variable of the name __proto__',
    );
    is(system.pid, Number(textOf('/proc/self/stat').split(' ')[0]), 'pid');
    is(system.executable(), system.readLink(`/proc/${system.pid}/exe`), 'executable');
    is(system.effectiveUser(), Number(/^Uid:\s+\d+\s+(\d+)/m.exec(textOf('/proc/self/status'))[1]), 'user');
    holds(system.processors() >= 1 && system.processors() <= 8192, 'processors');
    const before = system.umask(0o077);
    is(system.umask(before), 0o077, 'umask');
    throws(RangeError, () => system.umask(0o1000), 'umask that is none');
    is(system.setName('a-test'), 0, 'setName');
    is(textOf('/proc/self/comm'), 'a-test\n', 'comm');
    is(system.setName('a-name-that-is-longer'), 0, 'setName, longer than 15 bytes');
    is(textOf('/proc/self/comm'), 'a-name-that-is-\n', 'comm, cut');
    is(system.setName('a\0b'), -EINVAL, 'setName with NUL');
    for (const code of [-1, 256, 1.5, NaN]) throws(RangeError, () => system.exit(code), `exit ${code}`);
    throws(TypeError, () => system.exit('0'), 'exit of a text');
  },

  'clock and randomness'() {
    const first = system.now();
    const ended = first + 20;
    while (system.now() < ended);
    holds(first > 0 && first < 60_000 && system.now() >= ended, 'now goes on');
    system.poll([], [], 15.5, []);
    holds(system.now() >= ended + 15.5, 'poll with a fraction of a millisecond');
    const bytes = new Uint8Array(70_000);
    is(system.random(bytes), 0, 'random');
    holds(new Set(bytes).size === 256 && bytes.subarray(-64).some((byte) => byte !== 0), 'random fills all');
    const part = new Uint8Array(16);
    system.random(part.subarray(4, 8));
    holds(
      part.every((byte, index) => (index >= 4 && index < 8) || byte === 0),
      'random stays in its view',
    );
    is(system.random(new Uint8Array(0)), 0, 'random of nothing');
  },

  'names of errors'() {
    is(
      [2, 11, 22, 95, 111, 133].map(system.errnoName).join(),
      'ENOENT,EAGAIN,EINVAL,EOPNOTSUPP,ECONNREFUSED,EHWPOISON',
      'names',
    );
    is([0, 41, 134, 2 ** 31 - 1].map(system.errnoName).join(), 'E0,E41,E134,E2147483647', 'unknown ones');
    throws(RangeError, () => system.errnoName(-2), 'a negative one');
    throws(RangeError, () => system.errnoName(2 ** 31), 'one that is too large');
  },
};
