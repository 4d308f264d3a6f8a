import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { VolumeFile } from '../ports.ts';
import { payloadPaths } from './read-payload.ts';

/** What `st_blocks` counts in (inode(7)). */
const BLOCK_BYTES = 512;

/**
 * Writes new content into the files that are there, for readers that hold on to a file and follow no link: those who
 * read meanwhile may find a part of it, or a new file beside an old one. Every level is entered through an open handle
 * and no link is followed, as a container may have changed what is there.
 * @param payload the directory with the files; below an open one
 * @returns false when the files there are others than these, or not as they were written: then nothing was touched
 * @throws a system error, after the old content was put back
 */
export function rewriteInPlace(payload: string, files: readonly VolumeFile[]): boolean {
  const there = payloadPaths(payload);
  if (there?.size !== files.length || !files.every(({ path }) => there.has(path))) return false;
  // A pod that may write to its files can make them longer than any memory: those are not kept, but exchanged.
  if (!files.every(({ path }) => isWhole(payload, path))) return false;
  const undo: (() => void)[] = [];
  try {
    for (const { path, bytes } of files) {
      inFile(payload, path.split('/'), (handle) => {
        const old = contentOf(handle);
        if (old.equals(bytes)) return;
        undo.push(() => inFile(payload, path.split('/'), (again) => overwrite(again, old)));
        overwrite(handle, bytes);
      });
    }
    return true;
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
}

/** Is there as much of a file as it is long? What the driver wrote has no holes. */
function isWhole(payload: string, path: string): boolean {
  let whole = false;
  inFile(payload, path.split('/'), (handle) => {
    const { size, blocks } = fstatSync(handle);
    whole = size <= blocks * BLOCK_BYTES;
  });
  return whole;
}

/** No more than there is room for in the volume, should the file have become longer just now. */
function contentOf(handle: number): Buffer {
  const { size, blocks } = fstatSync(handle);
  const there = Buffer.alloc(Math.min(size, blocks * BLOCK_BYTES));
  let read = 0;
  for (let more = -1; read < there.length && more !== 0; read += more)
    more = readSync(handle, there, read, there.length - read, read);
  return there.subarray(0, read);
}

function inFile(
  directory: string,
  [name = '', ...below]: readonly string[],
  action: (handle: number) => void,
) {
  const { O_RDONLY, O_RDWR, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const isLast = below.length === 0;
  const handle = openSync(
    `${directory}/${name}`,
    O_NOFOLLOW | (isLast ? O_RDWR | O_NONBLOCK : O_RDONLY | O_DIRECTORY),
  );
  try {
    if (!isLast) inFile(`/proc/self/fd/${handle}`, below, action);
    else if (fstatSync(handle).isFile()) action(handle);
    else throw Object.assign(new Error(`${name} is no file`), { code: 'EINVAL' });
  } finally {
    closeSync(handle);
  }
}

/** The length last: a reader finds the new beginning with the old end rather than nothing. */
function overwrite(handle: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at, bytes.length - at, at);
  ftruncateSync(handle, bytes.length);
}
