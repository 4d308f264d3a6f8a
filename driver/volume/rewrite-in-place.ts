import { isOutOfDescriptors } from '../errors.ts';
import type { DirectoryHandle } from './directory-handle.ts';
import { overwrite, readStart } from './file-content.ts';
import type { OpenFile } from './open-file.ts';
import { everyFile, type Tree } from './read-payload.ts';

/** What `st_blocks` counts in (inode(7)). */
const BLOCK_BYTES = 512;
/** Files that are open at once: one for each that changes, until all of them are written. */
const MAX_CHANGES = 512;
/** Old content that is kept for the case of a fault, beside twice the new content. */
const SPARE_OLD_BYTES = 1024 * 1024;

/** A file that changes. It stays open, so that a fault is undone in the very file that was written. */
interface Change {
  readonly file: OpenFile;
  readonly old: Uint8Array;
  readonly bytes: Uint8Array;
}

/**
 * Writes new content into the files that are there, for readers that hold on to a file and follow no link. Who reads
 * meanwhile may find a part of it, or a new file beside an old one.
 *   (1) open all files and keep those that change, before anything is written
 *   (2) write them; after a fault, write back what each of them held
 * @param payload name of the directory with the files
 * @returns false when the files there are others than these, are not as they were written, or are too many or too large to
 *   keep; then nothing was touched
 * @throws a system error, after the old content was put back
 */
export function rewriteInPlace(root: DirectoryHandle, payload: string, tree: Tree): boolean {
  const changes: Change[] = [];
  try {
    return collectChanges(root, payload, tree, changes) && writeAll(changes);
  } finally {
    for (const { file } of changes) file.close();
  }
}

/** A link, a pipe or a mount in a file's place is an error of open, and the payload not as it was written. */
function collectChanges(root: DirectoryHandle, payload: string, tree: Tree, changes: Change[]): boolean {
  let spare = SPARE_OLD_BYTES + 2 * bytesOf(tree);
  const collect = (file: OpenFile, bytes: Uint8Array): boolean => {
    const change = { file, old: new Uint8Array(), bytes };
    changes.push(change);
    const old = contentOf(file, spare);
    if (old === undefined) return false;
    if (old.equals(bytes)) changes.pop()?.file.close();
    else Object.assign(change, { old });
    spare -= old.length;
    return changes.length <= MAX_CHANGES;
  };
  try {
    return root.within(payload, (directory) => everyFile(directory, tree, 'rewrite', collect));
  } catch (error) {
    if (isOutOfDescriptors(error)) throw error;
    return false;
  }
}

/**
 * Returns the content of a file, or undefined if a container has changed its form: holes would let it be longer than any
 * memory, and with a second name another file would be written to.
 */
function contentOf(file: OpenFile, most: number): Buffer | undefined {
  const { size, blocks, nlink } = file.stats();
  if (size > most || size > blocks * BLOCK_BYTES || nlink !== 1) return undefined;
  return readStart(file, size);
}

function writeAll(changes: readonly Change[]): true {
  const written: Change[] = [];
  try {
    for (const change of changes) {
      written.push(change);
      overwrite(change.file, change.bytes);
    }
    return true;
  } catch (error) {
    for (const change of written.reverse()) undo(change);
    throw error;
  }
}

/** Writes the old content back. A file that cannot be restored, for want of room, does not stop the others. */
function undo({ file, old }: Change): void {
  try {
    overwrite(file, old);
  } catch {
    // The fault that is undone is the one that is told, and the next rotation finds the difference.
  }
}

function bytesOf(tree: Tree): number {
  let sum = 0;
  for (const there of tree.values()) sum += there instanceof Uint8Array ? there.length : bytesOf(there);
  return sum;
}
