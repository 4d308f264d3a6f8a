import * as system from 'front:system';
import { holds, is } from '../assertions.mjs';
import { at, directory, put, textOf } from '../directory.mjs';
import { EEXIST, EINVAL, ELOOP, ENOENT, ENOTDIR, ENOTEMPTY } from '../numbers.mjs';

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
