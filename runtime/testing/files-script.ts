import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  type Stats,
  statfsSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { filesOfProjectedVolumes } from '../../driver/credentials/projected-volumes.ts';
import { onDirectory } from '../../driver/volume/directory-handle.ts';
import { emptyDirectory } from '../../driver/volume/empty-directory.ts';
import { print, readInput } from './answers.ts';

/** What the driver does to files, right and wrong, in a directory of its own. */

const { directories, longName } = readInput<{
  directories: { node: string; runtime: string };
  longName: string;
}>();
const directory = 'node' in process.versions ? directories.node : directories.runtime;
const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_APPEND, O_NOFOLLOW, O_DIRECTORY, O_NONBLOCK } = constants;
process.umask(0o027);

const at = (name: string) => `${directory}/${name}`;
const bytesBelow = (...bytes: number[]) => Buffer.from([...Buffer.from(at('')), ...bytes]);
const descriptors: Record<string, number> = {};
const opened = (name: string, ...args: Parameters<typeof openSync>) => {
  descriptors[name] = openSync(...args);
  return 'open';
};
const descriptorOf = (name: string) => descriptors[name] ?? -1;

const steps: readonly (() => unknown)[] = [
  () => writeFileSync(at('file'), 'text é😀\ud800\n'),
  () => readFileSync(at('file'), 'utf8'),
  () => about(lstatSync(at('file'))),
  () => writeFileSync(at('file'), 'new', { flag: 'wx', mode: 0o600 }),
  () => writeFileSync(at('private'), 'x'.repeat(200_000), { flag: 'wx', mode: 0o600 }),
  () => readFileSync(at('private'), 'utf8').length,
  () => about(statSync(at('private'))),
  () => writeFileSync(at('none/file'), ''),
  () => readFileSync(at('none'), 'utf8'),
  () => readFileSync(directory, 'utf8'),
  () => readFileSync(at('file/x'), 'utf8'),
  () => readFileSync('/proc/self/mem', 'utf8'),
  () => readFileSync('/proc/self/uid_map', 'utf8'),
  () => readFileSync('/proc/999999999/stat', 'utf8'),
  () => readFileSync(at(longName), 'utf8'),
  () => readFileSync('', 'utf8'),
  () => lstatSync(at('none')),
  () => lstatSync(at('none'), { throwIfNoEntry: false }),
  () => lstatSync(at('file/x'), { throwIfNoEntry: false }),
  () => statSync(at('none')),
  () => mkdirSync(at('a'), { mode: 0o700 }),
  () => mkdirSync(at('a'), { mode: 0o700 }),
  () => mkdirSync(at('b/c'), { mode: 0o700 }),
  () => void mkdirSync(at('b/c/d'), { recursive: true, mode: 0o777 }),
  () => void mkdirSync(at('b/c/d'), { recursive: true, mode: 0o700 }),
  () => void mkdirSync(at('b/c/e/'), { recursive: true, mode: 0o700 }),
  () => void mkdirSync(at('b//c/./f/../g'), { recursive: true, mode: 0o700 }),
  () => void mkdirSync(at('file'), { recursive: true }),
  () => void mkdirSync(at('file/x'), { recursive: true }),
  () => void mkdirSync(at('file/x/y'), { recursive: true }),
  () => about(statSync(at('b/c'))),
  () => about(statSync(at('b/c/e'))),
  () => readdirSync(at('b/c')).sort(),
  () => readdirSync(at('none')),
  () => readdirSync(at('file')),
  () => symlinkSync('file', at('link')),
  () => symlinkSync('file', at('link')),
  () => symlinkSync('nowhere', at('broken')),
  () => symlinkSync('loop', at('loop')),
  () => symlinkSync('b/c', at('way')),
  () => void mkdirSync(at('broken/x'), { recursive: true }),
  () => readlinkSync(at('link')),
  () => readlinkSync(at('file')),
  () => readlinkSync(at('none')),
  () => about(lstatSync(at('link'))),
  () => about(statSync(at('link'))),
  () => statSync(at('broken')),
  () => statSync(at('loop')),
  () => [at('file'), at('none'), at('broken'), at('link'), at('file/x'), '', 'a\0b'].map(existsSync),
  () => realpathSync(at('way/d/..')),
  () => realpathSync(at('link')),
  () => realpathSync(at('none')),
  () => realpathSync(at('loop')),
  () => realpathSync('/..//./tmp/.'),
  () => renameSync(at('private'), at('way/moved')),
  () => renameSync(at('private'), at('elsewhere')),
  () => renameSync(at('a'), at('b')),
  () => renameSync(at('file'), at('a')),
  () => readFileSync(at('b/c/moved'), 'utf8').length,
  () => unlinkSync(at('b/c/moved')),
  () => unlinkSync(at('none')),
  () => unlinkSync(at('a')),
  () => unlinkSync(at('broken')),
  () => rmdirSync(at('b')),
  () => rmdirSync(at('file')),
  () => rmdirSync(at('none')),
  () => rmdirSync(at('way')),
  () => rmdirSync(at('a')),
  () => opened('file', at('file'), O_RDONLY | O_NOFOLLOW),
  () => about(fstatSync(descriptorOf('file'))),
  () => readFileSync(descriptorOf('file'), 'utf8'),
  () => readFileSync(descriptorOf('file'), 'utf8'),
  () => writeSync(descriptorOf('file'), 'x'),
  () => closeSync(descriptorOf('file')),
  () => closeSync(9999),
  () => fstatSync(9999),
  () => readFileSync(9999, 'utf8'),
  () => fchmodSync(9999, 0o600),
  () => fchownSync(9999, 0, 0),
  () => opened('none', at('none'), 'r'),
  () => opened('link', at('link'), O_RDONLY | O_NOFOLLOW),
  () => opened('link', at('link'), O_RDONLY | O_NOFOLLOW | O_DIRECTORY),
  () => opened('file as directory', at('file'), O_RDONLY | O_DIRECTORY | O_NOFOLLOW),
  () => opened('directory', at('b'), O_RDONLY | O_DIRECTORY | O_NOFOLLOW),
  () => readdirSync(`/proc/self/fd/${descriptorOf('directory')}`),
  () => readFileSync(descriptorOf('directory'), 'utf8'),
  () => writeFileSync(`/proc/self/fd/${descriptorOf('directory')}/within`, 'within'),
  () => closeSync(descriptorOf('directory')),
  () => readdirSync(at('b')).sort(),
  () => opened('directory to write', at('b'), O_WRONLY),
  () => opened('new', at('made'), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o640),
  () => opened('again', at('made'), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o640),
  () => writeSync(descriptorOf('new'), Uint8Array.of(1, 2, 3, 0, 255), 2),
  () => writeSync(descriptorOf('new'), 'text é'),
  () => writeSync(descriptorOf('new'), ''),
  () => writeSync(descriptorOf('new'), new Uint8Array()),
  () => fchmodSync(descriptorOf('new'), 0o2751),
  () => fchownSync(descriptorOf('new'), 12, 34),
  () => fchmodSync(descriptorOf('new'), 0o640),
  () => about(fstatSync(descriptorOf('new'))),
  () => closeSync(descriptorOf('new')),
  () => opened('append', at('made'), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600),
  () => writeSync(descriptorOf('append'), 'more'),
  () => closeSync(descriptorOf('append')),
  () => readFileSync(at('made'), 'utf8'),
  () => opened('odd', at('made'), 'no such flag'),
  () => closeSync(openSync(at('made'), 'w')),
  () => closeSync(openSync(at('created'), 'wx', 0o600)),
  () => closeSync(openSync(at('created'), 'wx', 0o600)),
  () => about(statSync(at('made'))),
  () => chmodSync(at('b'), 0o2775),
  () => chownSync(at('b'), 56, 78),
  () => lchownSync(at('link'), 90, 12),
  () => [about(statSync(at('b'))), about(lstatSync(at('link'))), about(statSync(at('link')))],
  () => chmodSync(at('none'), 0o600),
  () => chownSync(at('none'), 0, 0),
  () => lchownSync(at('none'), 0, 0),
  () => mkdirSync('/proc/none'),
  () => ['files', 'ffree', 'bavail', 'bsize', 'type'].every((name) => name in statfsSync(directory)),
  () => [statfsSync('/proc').type, statfsSync('/proc').files, statfsSync('/proc').bavail],
  () => [statfsSync(directory).type, statfsSync(directory).bsize, statfsSync(directory).blocks],
  () => statfsSync(at('none')),
  () => [statSync('/dev/null').isFile(), lstatSync('/proc/self').isSymbolicLink(), statSync('/').dev],
  () => opened('device', '/dev/null', 'w'),
  () => writeSync(descriptorOf('device'), 'gone'),
  () => openSync(at('a\0b'), 'r'),
  () => readFileSync(at('a\0b'), 'utf8'),
  () => symlinkSync('a\0b', at('x')),
  () => renameSync(at('file'), at('x\0')),
  // What is there by now, and what projected volumes look like, through the driver's own sources.
  () => {
    for (const name of [
      'p',
      'p/one',
      'p/one/..2026_01_31_12_00_00.1',
      'p/one/..2026_01_31_12_00_00.1/deep',
      'p/two',
    ])
      mkdirSync(at(name));
    symlinkSync('..2026_01_31_12_00_00.1', at('p/one/..data'));
    symlinkSync('../one/..2026_01_31_12_00_00.1', at('p/two/..data'));
    const state = 'p/one/..2026_01_31_12_00_00.1';
    writeFileSync(at(`${state}/token`), 'the token');
    writeFileSync(at(`${state}/deep/er`), 'deeper');
    writeFileSync(at(`${state}/large`), 'x'.repeat(70_000));
    symlinkSync('token', at(`${state}/link`));
    symlinkSync('/etc/passwd', at('p/three'));
  },
  () => [...filesOfProjectedVolumes(at('p'))].sort(),
  () => [...filesOfProjectedVolumes(at('none'))],
  () => [...filesOfProjectedVolumes(at('file'))],
  // Names that are not UTF-8.
  () => closeSync(openSync(bytesBelow(0xff, 0x80), 'wx')),
  () => about(lstatSync(bytesBelow(0xff, 0x80))),
  () => renameSync(bytesBelow(0xff, 0x80), bytesBelow(0xfe)),
  () => unlinkSync(bytesBelow(0xff)),
  () => unlinkSync(bytesBelow(0x78, 0)),
  () => mkdirSync(bytesBelow(0xfd)),
  () => symlinkSync('nowhere', bytesBelow(0xfc)),
  () => readlinkSync(bytesBelow(0xfc)),
  () => rmdirSync(bytesBelow(0xfe)),
  () => onDirectory(directory, (open) => emptyDirectory(open)),
  () => readdirSync(directory),
];
print(steps.map((step) => told(step)));

function about(stats: Stats): unknown {
  const { mode, uid, gid, size, nlink } = stats;
  return [
    mode,
    uid,
    gid,
    size,
    nlink,
    stats.isFile(),
    stats.isDirectory(),
    stats.isSymbolicLink(),
    stats.isSocket(),
  ];
}

/** With everything that Node says of an error; of its own checks only the code, as the texts differ. */
function told(step: () => unknown): unknown {
  const general = (value: unknown) =>
    JSON.parse(JSON.stringify(value ?? null).replaceAll(directory, '<directory>'));
  const what = String(step).replace(/\s+/g, ' ');
  try {
    return { what, gives: general(step()) };
  } catch (thrown) {
    const error = thrown as NodeJS.ErrnoException & { dest?: string };
    const { name, code, errno, syscall, path, dest, message } = error;
    if (code?.startsWith('ERR_')) return { what, name, code };
    const fault = { name, code, errno, syscall, path, dest, message, isError: error instanceof Error };
    // The runtime does not tell which of a path's components it was.
    if (what.includes('realpathSync')) return { what, name, code, errno };
    return { what, ...general(fault) };
  }
}
