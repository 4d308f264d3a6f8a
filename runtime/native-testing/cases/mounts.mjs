import * as system from 'runtime:system';
import { holds, is, throws } from '../assertions.mjs';
import { at, textOf } from '../directory.mjs';
import { EINVAL, ENOENT } from '../numbers.mjs';

export const mountsCases = {
  mounts() {
    system.makeDirectory(at('mnt'), 0o700);
    is(system.mount('tmpfs', at('mnt'), 'tmpfs', 2 | 4 | 8, 'size=64k,mode=0750'), 0, 'mount');
    is(
      [system.statfs(at('mnt'))[0], system.stat(at('mnt'))[0]],
      [0x01021994, 0o40750],
      'a tmpfs, with its data',
    );
    holds(
      / rw,nosuid,nodev,noexec/.test(
        textOf('/proc/self/mountinfo')
          .split('\n')
          .find((line) => line.includes(at('mnt'))),
      ),
      'with its flags',
    );
    is(system.mount('', at('mnt'), '', 32 | 1, ''), 0, 'remount with empty texts');
    is(system.umount(at('mnt'), 0), 0, 'umount');
    is(system.umount(at('mnt'), 0), -EINVAL, 'umount of what is no mount');
    is(system.mount('tmpfs', at('missing'), 'tmpfs', 0, ''), -ENOENT, 'mount at nothing');
    is(system.mount('x', at('mnt'), 'no-such-file-system', 0, ''), -19, 'mount of no file system');
    for (const index of [0, 1, 2, 4]) {
      const given = ['tmpfs', at('mnt'), 'tmpfs', 0, ''];
      given[index] = 'a\0b';
      is(system.mount(...given), -EINVAL, `NUL in argument ${index} of mount`);
      given[index] = null;
      throws(TypeError, () => system.mount(...given), `null in argument ${index} of mount`);
    }
    throws(
      RangeError,
      () => system.mount('', at('mnt'), '', 2 ** 32, ''),
      'flags of mount that are too many',
    );
    throws(RangeError, () => system.umount(at('mnt'), -1), 'flags of umount that are negative');
  },
};
