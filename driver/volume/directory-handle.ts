import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  type Stats,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { clearInodeFlags, mayHoldAtMost, namesOf } from './directory-calls.ts';
import { OpenFile } from './open-file.ts';

const { O_RDONLY, O_RDWR, O_WRONLY, O_CREAT, O_EXCL, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** One component of a path. A container may use names that are not UTF-8: those are bytes. */
export type Name = string | Uint8Array;

/**
 * Runs `action` on the directory at a path, and closes it afterwards. The path is one that no container can change: the
 * mount point of a volume below the run directory. A link in the directory's own place is refused.
 */
export function onDirectory<T>(path: string, action: (directory: DirectoryHandle) => T): T {
  return closing(DirectoryHandle.at(path), action);
}

/**
 * An open directory, and the only way to what is in a volume. A container may write to its volume at any moment, and put
 * a link, a pipe, a mount or another directory in the place of anything. So:
 * - each operation takes one name, and the kernel looks that name up in the directory that is open;
 * - no operation follows a link: open(2) has O_NOFOLLOW, and the other system calls here act on the link itself;
 * - a directory or file that is opened must be of the volume's own device, so that no mount within is entered;
 * - what is opened stays open as long as it is worked on, and is never looked up a second time.
 *
 * openat2(2) would do the same with RESOLVE_BENEATH. No runtime offers it, and one name at a time needs no more.
 */
export class DirectoryHandle {
  readonly #descriptor: number;
  /** `st_dev` of the volume. */
  readonly device: number;

  private constructor(descriptor: number, device: number) {
    this.#descriptor = descriptor;
    this.device = device;
  }

  /** Opens a directory whose path is trusted. `onDirectory` closes it too. */
  static at(path: string): DirectoryHandle {
    const descriptor = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    return new DirectoryHandle(descriptor, fstatSync(descriptor).dev);
  }

  /** Runs `action` on the directory of this name, and closes it afterwards. */
  within<T>(name: Name, action: (directory: DirectoryHandle) => T): T {
    return closing(this.#open(name), action);
  }

  /**
   * Makes a directory, runs `action` on it, and closes it afterwards.
   * @param mode without the bits that let others write: who can write here could put another directory in its place
   */
  withNewDirectory<T>(name: Name, mode: number, action: (directory: DirectoryHandle) => T): T {
    mkdirSync(this.#path(name), { mode });
    return closing(this.#open(name), (made) => {
      const { uid, mode: found } = made.stats();
      if (uid !== process.geteuid?.() || (found & 0o777) !== mode)
        throw fault('ESTALE', 'the new directory was exchanged for another');
      return action(made);
    });
  }

  #open(name: Name): DirectoryHandle {
    const descriptor = openSync(this.#path(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    const opened = new DirectoryHandle(descriptor, this.device);
    try {
      opened.#expectDevice();
    } catch (error) {
      opened.close();
      throw error;
    }
    return opened;
  }

  #expectDevice(): void {
    if (this.stats().dev !== this.device) throw fault('EXDEV', 'another file system is mounted there');
  }

  /**
   * Opens a regular file. Neither a pipe nor a lease makes it wait.
   * @throws a system error: EXDEV for a file of another file system, EINVAL for anything else than a file
   */
  openFile(name: Name, access: 'read' | 'rewrite'): OpenFile {
    const flags = (access === 'read' ? O_RDONLY : O_RDWR) | O_NOFOLLOW | O_NONBLOCK;
    const file = new OpenFile(openSync(this.#path(name), flags));
    try {
      const stats = file.stats();
      if (!stats.isFile()) throw fault('EINVAL', 'it is not a file');
      if (stats.dev !== this.device) throw fault('EXDEV', 'another file system is mounted there');
    } catch (error) {
      file.close();
      throw error;
    }
    return file;
  }

  /** Creates a file for writing. @throws EEXIST where the name is taken, by a link too */
  createFile(name: Name, mode: number): OpenFile {
    return new OpenFile(openSync(this.#path(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode));
  }

  makeLink(name: Name, to: string): void {
    symlinkSync(to, this.#path(name));
  }

  readLink(name: Name): string {
    return readlinkSync(this.#path(name));
  }

  /** Changes the owner of what bears this name, not of what a link leads to. */
  setOwnerOf(name: Name, uid: number, gid: number): void {
    lchownSync(this.#path(name), uid, gid);
  }

  /** Returns the stats of the entry itself, not of a link's target; undefined if there is none. */
  look(name: Name): Stats | undefined {
    return lstatSync(this.#path(name), { throwIfNoEntry: false });
  }

  /** Renames an entry within this directory, or into another one of the same volume. */
  rename(name: Name, to: Name, into: DirectoryHandle = this): void {
    renameSync(this.#path(name), into.#path(to));
  }

  unlink(name: Name): void {
    unlinkSync(this.#path(name));
  }

  removeDirectory(name: Name): void {
    rmdirSync(this.#path(name));
  }

  /**
   * The names in this directory as text; U+FFFD stands for what is not UTF-8.
   * @returns undefined when there are more than `limit`. A container may have made tens of thousands, and the runtimes
   *   have no way to read a part of them, so their number is looked at first.
   */
  names(limit: number): string[] | undefined {
    if (!mayHoldAtMost(this.stats().size, limit)) return undefined;
    const names = readdirSync(this.#itself());
    return names.length > limit ? undefined : names;
  }

  /** The same as bytes; in the driver the first `limit` names where there are more. */
  rawNames(limit: number): Uint8Array[] | undefined {
    return namesOf(this.#itself(), this.stats().size, limit);
  }

  stats(): Stats {
    return fstatSync(this.#descriptor);
  }

  setMode(mode: number): void {
    fchmodSync(this.#descriptor, mode);
  }

  setOwner(uid: number, gid: number): void {
    fchownSync(this.#descriptor, uid, gid);
  }

  /** Clears the flags that forbid changes (chattr(1)), where this runtime and this process can. */
  clearFlags(): void {
    clearInodeFlags(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** One name in this directory, for system calls that do not follow a link in their last component. */
  #path(name: Name): string | Buffer {
    expectOneComponent(name);
    const directory = `/proc/self/fd/${this.#descriptor}/`;
    return typeof name === 'string' ? directory + name : Buffer.concat([Buffer.from(directory), name]);
  }

  /** Not the link of /proc, which some calls do not follow, but what it leads to. */
  #itself(): string {
    return `/proc/self/fd/${this.#descriptor}/.`;
  }
}

function closing<T>(directory: DirectoryHandle, action: (directory: DirectoryHandle) => T): T {
  try {
    return action(directory);
  } finally {
    directory.close();
  }
}

const SLASH = 0x2f;
const DOT = 0x2e;

function expectOneComponent(name: Name): void {
  const isOne =
    typeof name === 'string'
      ? !['', '.', '..'].includes(name) && !name.includes('/') && !name.includes('\0')
      : name.length > 0 &&
        !(name.length <= 2 && name.every((byte) => byte === DOT)) &&
        !name.includes(SLASH) &&
        !name.includes(0);
  if (!isOne) throw fault('EINVAL', 'a name in a directory has no slash, and is neither . nor ..');
}

/** An error as the system would give it: callers decide by its code. */
function fault(code: string, text: string): Error {
  return Object.assign(new Error(`${code}: ${text}`), { code });
}
