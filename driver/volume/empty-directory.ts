import { systemCode } from '../errors.ts';
import { NAMES_AT_ONCE } from './directory-calls.ts';
import type { DirectoryHandle, Name } from './directory-handle.ts';

/** How much is done before the rest is left. */
export interface Effort {
  /** Entries that are looked at. */
  steps: number;
  /** Names that are in memory at once; where the runtime cannot read a part, a directory with more is left. */
  readonly namesAtOnce: number;
}

/** More than a volume has inodes (payload.ts), four times over: its depth costs an entry two steps. */
const STEPS_OF_UNMOUNT = 262_144;

/** Enough for all that a container can make in a volume, and an end should it go on making more. */
function effortOfUnmount(): Effort {
  return { steps: STEPS_OF_UNMOUNT, namesAtOnce: NAMES_AT_ONCE };
}

/**
 * Removes everything in a directory. Links are removed and not followed, and mounts within are left (CVE-2021-25741).
 * Directories in directories move up to this one before they are emptied, so that any depth takes two descriptors and no
 * recursion. What cannot be removed stays: the file system goes anyway.
 */
export function emptyDirectory(directory: DirectoryHandle, effort: Effort = effortOfUnmount()): void {
  const names = new FreshNames();
  let { namesAtOnce } = effort;
  while (effort.steps > 0) {
    const found = directory.rawNames(namesAtOnce);
    if (found === undefined || found.length === 0) return;
    const removed = found.filter((name) => removeEntry(directory, name, names, effort));
    if (removed.length > 0) continue;
    // All of this part stays; what is behind it may go.
    if (found.length < namesAtOnce) return;
    namesAtOnce *= 4;
  }
}

/** Removes a file, or a directory with all that is in it. What cannot be removed stays. */
export function removeTree(parent: DirectoryHandle, name: Name, effort: Effort): void {
  // The parent is in use, so its owner and its flags are left as they are.
  if (codeOf(() => parent.unlink(name)) === undefined) return;
  try {
    parent.within(name, (directory) => emptyDirectory(directory, effort));
    parent.removeDirectory(name);
  } catch {
    // A container may be writing there.
  }
}

/** Names for directories that move up. A container may have taken some of them: it is bound to run out of those. */
class FreshNames {
  #count = 0;

  next(): string {
    return `..removed.${this.#count++}`;
  }
}

/** Is the entry gone, or has its directory lost something? */
function removeEntry(top: DirectoryHandle, name: Name, names: FreshNames, effort: Effort): boolean {
  if (effort.steps-- <= 0) return false;
  const result = unlinkedOr(top, name);
  if (result !== 'directory') return result === 'gone';
  if (isDone(() => top.removeDirectory(name))) return true;
  let hasMoved = false;
  const lift = () => {
    top.within(name, (below) => {
      hasMoved = liftEntries(below, top, names, effort);
    });
    top.removeDirectory(name);
  };
  return isDone(lift) || hasMoved;
}

/** Removes the files of a directory, and moves its directories up. Is there less in it now? */
function liftEntries(
  below: DirectoryHandle,
  top: DirectoryHandle,
  names: FreshNames,
  effort: Effort,
): boolean {
  let isLess = false;
  let { namesAtOnce } = effort;
  while (effort.steps > 0) {
    const found = below.rawNames(namesAtOnce);
    if (found === undefined || found.length === 0) return isLess;
    const lifted = found.filter((name) => {
      effort.steps--;
      const result = unlinkedOr(below, name);
      if (result !== 'directory') return result === 'gone';
      return isDone(() => below.removeDirectory(name)) || isMovedUp(below, name, top, names);
    });
    isLess ||= lifted.length > 0;
    if (lifted.length > 0) continue;
    if (found.length < namesAtOnce) return isLess;
    namesAtOnce *= 4;
  }
  return isLess;
}

function isMovedUp(below: DirectoryHandle, name: Name, top: DirectoryHandle, names: FreshNames): boolean {
  for (let tries = 0; tries < 8; tries++) {
    // A name that a container has taken is another directory's or a file's: rename(2) refuses those.
    if (isDone(() => below.rename(name, names.next(), top))) return true;
  }
  return false;
}

function unlinkedOr(directory: DirectoryHandle, name: Name): 'gone' | 'directory' | 'stays' {
  const code = codeOf(() => directory.unlink(name));
  // EPERM: the entry or the directory is immutable, append-only or sticky.
  return outcomeOf(code === 'EPERM' ? codeAfterRelease(directory, name) : code);
}

function outcomeOf(code: string | undefined): 'gone' | 'directory' | 'stays' {
  if (code === undefined || code === 'ENOENT') return 'gone';
  return code === 'EISDIR' ? 'directory' : 'stays';
}

/**
 * Tries once more after the flags of the entry and of its directory were cleared, and the directory is this process's own:
 * in a sticky directory only its owner removes what others own.
 */
function codeAfterRelease(directory: DirectoryHandle, name: Name): string | undefined {
  codeOf(() => release(directory));
  codeOf(() => directory.within(name, release));
  codeOf(() => releaseFile(directory, name));
  return codeOf(() => directory.unlink(name));
}

function release(directory: DirectoryHandle): void {
  directory.clearFlags();
  directory.setOwner(process.geteuid?.() ?? 0, -1);
}

function releaseFile(directory: DirectoryHandle, name: Name): void {
  const file = directory.openFile(name, 'read');
  try {
    file.clearFlags();
  } finally {
    file.close();
  }
}

function isDone(action: () => void): boolean {
  return codeOf(action) === undefined;
}

/** Code of the error that an action ends with; undefined when it succeeds. */
function codeOf(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return systemCode(error);
  }
}
