import * as system from 'runtime:system';
import { checked, done, given, invalid, isNoEntry, type Path, textOf, uninterrupted } from './fs-calls.ts';
import { constants } from './open-flags.ts';
import { dirname } from './path.ts';
import { Stats } from './stats.ts';
import { systemError } from './system-error.ts';

/** Files, as `fs.ts` gives them on. Everything is done at once. */
const { O_RDONLY, O_WRONLY, O_CREAT, O_TRUNC, O_EXCL } = constants;

const FLAGS: Readonly<Record<string, number>> = {
  r: O_RDONLY,
  w: O_WRONLY | O_CREAT | O_TRUNC,
  wx: O_WRONLY | O_CREAT | O_EXCL,
};

/** How much of a file is read at once. */
const CHUNK_BYTES = 65_536;

export function openSync(path: Path, flags: string | number = 'r', mode = 0o666): number {
  const bits = typeof flags === 'number' ? flags : FLAGS[flags];
  if (bits === undefined) throw invalid(`The argument 'flags' is invalid. Received '${flags}'`);
  return done(system.open(checked(path), bits, mode), 'open', path);
}

export function closeSync(descriptor: number): void {
  done(system.close(descriptor), 'close');
}

export function existsSync(path: string): boolean {
  return !path.includes('\0') && typeof system.stat(path) !== 'number';
}

export function readFileSync(source: string | number, encoding: 'utf8'): string {
  const bytes = typeof source === 'number' ? readAll(source) : system.readFile(checked(source));
  if (typeof bytes === 'number') throw readFault(bytes, String(source));
  if (encoding !== 'utf8') throw invalid(`The argument 'encoding' is invalid. Received '${encoding}'`);
  return system.decodeUtf8(bytes, false) ?? '';
}

/** What can only be wrong once the file is open is told of the reading, as in Node. */
function readFault(result: number, path: string): Error {
  const isOpen = ['EISDIR', 'EIO', 'ESRCH'].includes(system.errnoName(-result));
  return isOpen ? systemError(result, 'read') : systemError(result, 'open', path);
}

function readAll(descriptor: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const length = done(
      uninterrupted(() => system.read(descriptor, chunk, 0, CHUNK_BYTES)),
      'read',
    );
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, length));
  }
}

export function writeFileSync(
  path: string,
  text: string,
  { flag = 'w', mode = 0o666 }: { flag?: string; mode?: number } = {},
): void {
  const descriptor = openSync(path, flag, mode);
  try {
    const bytes = system.encodeUtf8(text);
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * One write(2), or pwrite(2) with a position.
 * @param offset of bytes the first one that is written
 * @returns how many bytes were written
 */
export function writeSync(
  descriptor: number,
  data: string | Uint8Array,
  offset = 0,
  length?: number,
  position?: number,
): number {
  const bytes = typeof data === 'string' ? system.encodeUtf8(data) : data;
  const count = length ?? bytes.length - offset;
  return done(
    uninterrupted(() =>
      position === undefined
        ? system.write(descriptor, bytes, offset, count)
        : system.write(descriptor, bytes, offset, count, position),
    ),
    'write',
  );
}

interface Looking {
  readonly throwIfNoEntry?: boolean;
}

export function statSync(path: string): Stats {
  return statsOf(system.stat(checked(path)), 'stat', path);
}

export function lstatSync(path: Path, options?: { throwIfNoEntry: true }): Stats;
export function lstatSync(path: Path, options: Looking): Stats | undefined;
export function lstatSync(path: Path, { throwIfNoEntry = true }: Looking = {}): Stats | undefined {
  const found = system.lstat(checked(path));
  if (!throwIfNoEntry && typeof found === 'number' && isNoEntry(found)) return undefined;
  return statsOf(found, 'lstat', path);
}

export function fstatSync(descriptor: number): Stats {
  return statsOf(system.fstat(descriptor), 'fstat');
}

function statsOf(found: readonly number[] | number, syscall: string, path?: Path): Stats {
  return new Stats(given(found, syscall, path));
}

export function statfsSync(path: string) {
  const found = given(system.statfs(checked(path)), 'statfs', path);
  const [type = 0, bsize = 0, blocks = 0, bfree = 0, bavail = 0, files = 0, ffree = 0] = found;
  return { type, bsize, blocks, bfree, bavail, files, ffree };
}

/** In the order of the file system, as Bun. */
export function readdirSync(path: string): string[] {
  return [...given(system.readDirectory(checked(path)), 'scandir', path)];
}

export function readlinkSync(path: Path): string {
  return given(system.readLink(checked(path)), 'readlink', path);
}

export function realpathSync(path: string): string {
  // Node looks at one component after the other, and tells which one.
  return given(system.realPath(checked(path)), 'lstat', path);
}

export function mkdirSync(
  path: Path,
  { mode = 0o777, recursive = false }: { mode?: number; recursive?: boolean } = {},
): void {
  if (recursive) makeWithParents(textOf(path), mode);
  else done(system.makeDirectory(checked(path), mode), 'mkdir', path);
}

/**
 * A directory that is there already is as good as one that is made.
 * @param asked what a fault tells
 */
function makeWithParents(path: string, mode: number, asked = path): void {
  let result = system.makeDirectory(path, mode);
  if (isNoEntry(result) && dirname(path) !== path) {
    makeWithParents(dirname(path), mode, asked);
    result = system.makeDirectory(path, mode);
  }
  if (result >= 0) return;
  const found = system.errnoName(-result) === 'EEXIST' ? system.stat(path) : result;
  if (typeof found === 'number') throw systemError(found, 'mkdir', asked);
  if (!new Stats(found).isDirectory()) throw systemError(result, 'mkdir', asked);
}

export function rmdirSync(path: Path): void {
  done(system.removeDirectory(checked(path)), 'rmdir', path);
}

export function unlinkSync(path: Path): void {
  done(system.unlink(checked(path)), 'unlink', path);
}

export function renameSync(from: Path, to: Path): void {
  done(system.rename(checked(from), checked(to)), 'rename', from, to);
}

export function symlinkSync(to: string, path: Path): void {
  done(system.symlink(checked(to), checked(path)), 'symlink', to, path);
}

export function chmodSync(path: string, mode: number): void {
  done(system.chmod(checked(path), mode), 'chmod', path);
}

export function fchmodSync(descriptor: number, mode: number): void {
  done(system.fchmod(descriptor, mode), 'fchmod');
}

export function chownSync(path: string, uid: number, gid: number): void {
  done(system.chown(checked(path), uid, gid), 'chown', path);
}

export function fchownSync(descriptor: number, uid: number, gid: number): void {
  done(system.fchown(descriptor, uid, gid), 'fchown');
}

export function lchownSync(path: Path, uid: number, gid: number): void {
  done(system.lchown(checked(path), uid, gid), 'lchown', path);
}
