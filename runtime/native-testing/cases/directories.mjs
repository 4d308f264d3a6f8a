import * as system from 'runtime:system';
import { holds, is } from '../assertions.mjs';
import { at, directory, put, textOf } from '../directory.mjs';
import {
  EBADF,
  EEXIST,
  EINVAL,
  ELOOP,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  ENOTTY,
  EOPNOTSUPP,
  O_CREAT,
  O_WRONLY,
} from '../numbers.mjs';

export const directoriesCases = {
  directories() {
    is(system.makeDirectory(at('d'), 0o751), 0, 'makeDirectory');
    is(system.stat(at('d'))[0], 0o40751, 'its mode');
    is(system.makeDirectory(at('d'), 0o700), -EEXIST, 'makeDirectory once more');
    is(system.readDirectory(at('d')), [], 'an empty directory');
    const names = ['..data', '.hidden', 'a', 'naïve-😀'];
    for (const name of names) put(`d/${name}`, name);
    is(system.readDirectory(at('d')).sort(), names.sort(), 'its names');
    is(textOf(at('d/naïve-😀')), 'naïve-😀', 'a name beyond ASCII');
    put('d/\ud800', 'x');
    holds(system.readDirectory(at('d')).includes('\ufffd'), 'a lone surrogate in a path');
    is(system.removeDirectory(at('d')), -ENOTEMPTY, 'removeDirectory of a full one');
    for (const name of [...names, '\ufffd']) is(system.unlink(at(`d/${name}`)), 0, `unlink ${name}`);
    const descriptor = system.open(at('d'), 0, 0);
    is(system.removeDirectory(at('d')), 0, 'removeDirectory');
    is(system.readDirectory(`/proc/self/fd/${descriptor}`), [], 'a directory that is gone');
    is(system.makeDirectory(`/proc/self/fd/${descriptor}/x`, 0o700), -ENOENT, 'in a directory that is gone');
    system.close(descriptor);
    is(system.readDirectory(at('d')), -ENOENT, 'readDirectory of nothing');
    is(system.removeDirectory(at('d')), -ENOENT, 'removeDirectory of nothing');
    is(system.readDirectory(at('file')), -ENOTDIR, 'readDirectory of a file');
    is(system.readDirectory('\0'), -EINVAL, 'readDirectory with NUL');
    system.makeDirectory(at('many'), 0o700);
    for (let index = 0; index < 3000; index++) put(`many/${index}`, '');
    is(new Set(system.readDirectory(at('many'))).size, 3000, 'many names');
    is(system.readNames(at('many'), 7).length, 7, 'the first of many names');
    is(system.readNames(at('many'), 0), [], 'none of them');
    is(system.readNames(at('missing'), 7), -ENOENT, 'readNames of nothing');
  },

  'names that are not UTF-8'() {
    system.makeDirectory(at('bytes'), 0o700);
    const below = (...name) => new Uint8Array([...system.encodeUtf8(at('bytes/')), ...name]);
    system.close(system.open(below(0xff, 0x80), O_WRONLY | O_CREAT, 0o600));
    is(system.readDirectory(at('bytes')), ['\ufffd\ufffd'], 'as text');
    is(system.readNames(at('bytes'), 10), [new Uint8Array([0xff, 0x80])], 'as bytes');
    is(system.rename(below(0xff, 0x80), below(0xfe)), 0, 'rename');
    is(system.lstat(below(0xfe)).length, 9, 'lstat');
    is(system.unlink(below(0xff)), -ENOENT, 'unlink of nothing');
    is(system.unlink(below(0x78, 0, 0x78)), -EINVAL, 'NUL in bytes');
    is(system.unlink(new Uint8Array(0)), -ENOENT, 'no bytes');
    is(system.unlink(below(0xfe)), 0, 'unlink');
    is(system.removeDirectory(at('bytes')), 0, 'nothing is left');
  },

  flags() {
    put('flags', '');
    const descriptor = system.open(at('flags'), 0, 0);
    // Of a file system that has such flags, or of one that has none.
    holds([0, -ENOTTY, -EOPNOTSUPP].includes(system.clearFlags(descriptor)), 'clearFlags');
    system.close(descriptor);
    is(system.clearFlags(9999), -EBADF, 'clearFlags of nothing');
  },

  links() {
    is(system.symlink('où', at('link')), 0, 'symlink');
    is(system.symlink('x', at('link')), -EEXIST, 'symlink once more');
    is(system.readLink(at('link')), 'où', 'readLink');
    is(system.readLink(at('file')), -EINVAL, 'readLink of a file');
    is(system.readLink(at('missing')), -ENOENT, 'readLink of nothing');
    const long = 'y'.repeat(4095);
    is(system.symlink(long, at('long')), 0, 'a long link');
    is(system.readLink(at('long')), long, 'is read whole');
    is(system.symlink('a\0b', at('nul')), -EINVAL, 'NUL in what it points to');
    is(system.symlink('a', at('n\0ul')), -EINVAL, 'NUL in its path');
    system.symlink('circle', at('circle'));
    is(system.realPath(at('circle')), -ELOOP, 'realPath in a circle');
    system.makeDirectory(at('real'), 0o700);
    system.symlink('real', at('to-real'));
    is(system.realPath(at('to-real/../to-real/.')), `${system.realPath(directory)}/real`, 'realPath');
    is(system.realPath(at('link')), -ENOENT, 'realPath of a link to nothing');
    is(system.realPath(''), -ENOENT, 'realPath of an empty text');
  },
};
