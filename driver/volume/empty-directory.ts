import { closeSync, constants, openSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { systemCode } from '../errors.ts';

/** A payload is a few levels deep; a container may have nested more, but not to exhaust descriptors. */
const MAX_DEPTH = 64;

/**
 * Removes everything in a directory. A container may still be writing to it, so every level is entered through
 * an open handle and never by path, and symbolic links are removed, not followed (CVE-2021-25741). What cannot
 * be removed stays: the file system goes anyway.
 */
export function emptyDirectory(path: string): void {
  emptyBelow(path, 0);
}

function emptyBelow(path: string, depth: number): void {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  if (depth > MAX_DEPTH) return;
  const handle = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    const directory = `/proc/self/fd/${handle}`;
    for (const name of readdirSync(directory)) removeEntry(`${directory}/${name}`, depth);
  } finally {
    closeSync(handle);
  }
}

function removeEntry(path: string, depth: number): void {
  try {
    unlinkSync(path);
    return;
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'EISDIR' && code !== 'EPERM') return;
  }
  try {
    emptyBelow(path, depth + 1);
    rmdirSync(path);
  } catch {
    // Somebody still writes there, or swapped it for something else.
  }
}
