import * as system from 'runtime:system';
import { is, throws } from '../assertions.mjs';
import { at, put, textOf } from '../directory.mjs';
import { EINVAL, ENOENT } from '../numbers.mjs';

const byName = { ...system };

export const namesCases = {
  'names, modes and owners'() {
    put('from', '1');
    is(system.rename(at('from'), at('to')), 0, 'rename');
    is(textOf(at('to')), '1', 'renamed');
    is(system.rename(at('from'), at('to')), -ENOENT, 'rename of nothing');
    is(system.rename(at('t\0o'), at('x')), -EINVAL, 'rename with NUL');
    is(system.rename(at('to'), 'x\0'), -EINVAL, 'rename to NUL');
    is(system.chmod(at('to'), 0o2711), 0, 'chmod');
    is(system.stat(at('to'))[0], 0o102711, 'its mode');
    throws(RangeError, () => system.chmod(at('to'), -1), 'a negative mode');
    const root = system.effectiveUser() === 0;
    is(system.chown(at('to'), root ? 4_000_000_000 : -1, root ? 7 : -1), 0, 'chown');
    if (root) is(system.stat(at('to')).slice(1, 3), [4_000_000_000, 7], 'owners beyond 31 bits');
    system.symlink('nowhere', at('dangling'));
    is(system.lchown(at('dangling'), -1, -1), 0, 'lchown of a link');
    is(system.chown(at('dangling'), -1, -1), -ENOENT, 'chown goes through it');
    for (const id of [-2, 2 ** 32 - 1, 2 ** 32, 0.5, NaN])
      throws(RangeError, () => system.chown(at('to'), id, 0), `owner ${id}`);
    for (const [call, ...rest] of [
      ['unlink'],
      ['chmod', 0],
      ['chown', 0, 0],
      ['lchown', 0, 0],
      ['removeDirectory'],
      ['umount', 0],
    ]) {
      is(byName[call](at('missing'), ...rest), -ENOENT, `${call} of nothing`);
      is(byName[call](at('miss\0ing'), ...rest), -EINVAL, `${call} with NUL`);
      throws(TypeError, () => byName[call](undefined, ...rest), `${call} without a path`);
    }
  },
};
