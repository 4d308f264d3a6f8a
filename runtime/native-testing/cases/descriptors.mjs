import * as system from 'runtime:system';
import { holds, is, throws } from '../assertions.mjs';
import { at, textOf } from '../directory.mjs';
import { EBADF, EEXIST, EINVAL, ELOOP, ENOTDIR, O_CREAT, O_EXCL, O_RDWR } from '../numbers.mjs';

export const descriptorsCases = {
  descriptors() {
    const descriptor = system.open(at('file'), O_RDWR | O_CREAT | O_EXCL, 0o640);
    holds(descriptor > 2, 'open');
    holds(
      parseInt(/flags:\s*(\d+)/.exec(textOf(`/proc/self/fdinfo/${descriptor}`))[1], 8) & 0o2000000,
      'O_CLOEXEC',
    );
    is(system.open(at('file'), O_RDWR | O_CREAT | O_EXCL, 0o640), -EEXIST, 'open what is there');
    const bytes = system.encodeUtf8('abcdef');
    is(system.write(descriptor, bytes, 1, 3), 3, 'write a part');
    is(system.write(descriptor, bytes, 6, 0), 0, 'write nothing, at the end');
    is(textOf(at('file')), 'bcd', 'what was written');
    const again = system.open(at('file'), 0, 0);
    const into = new Uint8Array(8);
    is(system.read(again, into, 2, 6), 3, 'read');
    is(into, new Uint8Array([0, 0, 98, 99, 100, 0, 0, 0]), 'where it was read to');
    is(system.read(again, into, 0, 8), 0, 'read at the end');
    for (const [offset, length] of [
      [-1, 1],
      [0, -1],
      [0, 9],
      [8, 1],
      [9, 0],
      [1, 8],
      [2 ** 31, 0],
      [2 ** 53, 1],
      [0, 2 ** 32],
      [0.5, 1],
      [NaN, 1],
      [0, Infinity],
    ]) {
      throws(RangeError, () => system.read(again, into, offset, length), `read ${offset}, ${length}`);
      throws(RangeError, () => system.write(descriptor, into, offset, length), `write ${offset}, ${length}`);
    }
    is(system.read(again, into.subarray(6), 0, 2), 0, 'read to a view');
    throws(RangeError, () => system.read(again, into.subarray(6), 0, 3), 'read behind the end of a view');
    is(
      system.fstat(descriptor).slice(0, 4).join(),
      `${0o100640},${system.effectiveUser()},${system.lstat(at('file'))[2]},3`,
      'fstat',
    );
    is(system.fchmod(descriptor, 0o4700), 0, 'fchmod');
    is(system.stat(at('file'))[0], 0o104700, 'the mode');
    is(system.fchown(descriptor, -1, -1), 0, 'fchown that leaves all as it is');
    is(system.ftruncate(descriptor, 5), 0, 'ftruncate');
    is(system.readFile(at('file')), new Uint8Array([98, 99, 100, 0, 0]), 'longer by zeros');
    is(system.ftruncate(again, 0), -EINVAL, 'ftruncate of what is open for reading');
    throws(RangeError, () => system.ftruncate(descriptor, -1), 'ftruncate, negative');
    throws(RangeError, () => system.ftruncate(descriptor, 2 ** 53), 'ftruncate, inexact');
    is(system.close(again), 0, 'close');
    is(system.close(again), -EBADF, 'close what is closed');
    is(system.read(again, into, 0, 1), -EBADF, 'read what is closed');
    is(system.write(again, into, 0, 1), -EBADF, 'write what is closed');
    is(system.fstat(again), -EBADF, 'fstat of what is closed');
    is(system.fchmod(again, 0), -EBADF, 'fchmod of what is closed');
    is(system.fchown(again, 0, 0), -EBADF, 'fchown of what is closed');
    is(system.ftruncate(again, 0), -EBADF, 'ftruncate of what is closed');
    is(system.read(2 ** 31 - 1, into, 0, 1), -EBADF, 'the largest descriptor');
    throws(RangeError, () => system.close(-1), 'a negative descriptor');
    throws(RangeError, () => system.close(2 ** 32), 'a descriptor that would wrap to 0');
    throws(RangeError, () => system.open(at('x'), 2 ** 31, 0), 'flags that are too large');
    throws(RangeError, () => system.open(at('x'), 0, 0o10000), 'a mode that is none');
    system.close(descriptor);
  },

  'flags of open'() {
    const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_WRONLY, O_CREAT } = system.openFlags;
    holds(Object.isFrozen(system.openFlags), 'openFlags is frozen');
    system.close(system.open(at('flags'), O_WRONLY | O_CREAT, 0o600));
    system.symlink('flags', at('flags-link'));
    is(system.open(at('flags'), O_RDONLY | O_DIRECTORY, 0), -ENOTDIR, 'O_DIRECTORY of a file');
    is(system.open(at('flags-link'), O_RDONLY | O_NOFOLLOW, 0), -ELOOP, 'O_NOFOLLOW of a link');
    const opened = [
      system.open(at('.'), O_RDONLY | O_DIRECTORY, 0),
      system.open(at('flags-link'), O_RDONLY, 0),
    ];
    for (const descriptor of opened) is(system.close(descriptor), 0, 'what they are for is opened');
  },
};
