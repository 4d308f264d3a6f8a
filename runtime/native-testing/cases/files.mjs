import * as system from 'runtime:system';
import { holds, is, throws } from '../assertions.mjs';
import { at, directory, put, textOf } from '../directory.mjs';
import { EINVAL, EISDIR, ENAMETOOLONG, ENOENT, ENOTDIR } from '../numbers.mjs';

const byName = { ...system };

export const filesCases = {
  'whole files'() {
    put('empty', '');
    is(system.readFile(at('empty')), new Uint8Array(0), 'an empty file');
    const sizes = [1, 4095, 4096, 4097, 8191, 8192, 8193, 1_000_003];
    for (const size of sizes) {
      const bytes = new Uint8Array(size).map((_, index) => index * 7);
      put(`size-${size}`, bytes);
      const read = system.readFile(at(`size-${size}`));
      holds(
        read.length === size && read.every((byte, index) => byte === bytes[index]),
        `a file of ${size} bytes`,
      );
    }
    holds(textOf('/proc/self/environ').includes('OF_TEST=a=b='), 'a file of /proc');
    holds(system.readFile('/proc/self/smaps').length > 4096, 'a long file of /proc');
    is(system.readFile(at('missing')), -ENOENT, 'no file');
    is(system.readFile(directory), -EISDIR, 'a directory');
    is(system.readFile(at('empty/x')), -ENOTDIR, 'below a file');
    is(system.readFile('a\0b'), -EINVAL, 'NUL in a path');
    is(system.readFile(''), -ENOENT, 'an empty path');
    is(system.readFile('x'.repeat(5000)), -ENAMETOOLONG, 'a path that is too long');
    is(system.readFile('x'.repeat(10_000_000)), -ENAMETOOLONG, 'a path of 10 MB');
    const open = system.readDirectory('/proc/self/fd').length;
    for (let count = 0; count < 50; count++) system.readFile(directory);
    is(system.readDirectory('/proc/self/fd').length, open, 'no descriptor is left open');
  },

  stats() {
    put('stats', '12345');
    const stats = system.stat(at('stats'));
    is(stats.length, 9, 'how many');
    is([stats[0], stats[3], stats[6]].join(), `${0o100600},5,1`, 'mode, size, links');
    holds(
      stats[4] > 0 &&
        stats[5] > 0 &&
        Math.abs(stats[7] - Date.now()) < 60_000 &&
        Math.abs(stats[8] - Date.now()) < 60_000,
      'device, inode, times',
    );
    system.symlink('stats', at('stats-link'));
    is(system.lstat(at('stats-link'))[0] & 0o170000, 0o120000, 'lstat of a link');
    is(system.stat(at('stats-link'))[5], stats[5], 'stat goes through it');
    for (const call of ['stat', 'lstat', 'statfs']) {
      is(byName[call](at('missing')), -ENOENT, `${call} of nothing`);
      is(byName[call](at('a\0')), -EINVAL, `${call} with NUL`);
      throws(TypeError, () => byName[call](1), `${call} of a number`);
    }
    const proc = system.statfs('/proc');
    is([proc.length, proc[0]].join(), `7,${0x9fa0}`, 'statfs of /proc');
    const here = system.statfs(directory);
    holds(here[1] > 0 && here[2] >= here[3] && here[3] >= here[4] && here[5] >= here[6], 'statfs');
    holds(
      here.every((number) => Number.isSafeInteger(number)),
      'statfs has integers',
    );
  },
};
