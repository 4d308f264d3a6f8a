import { closeSync, constants, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { VolumeFile } from '../ports.ts';
import { payloadPaths } from './read-payload.ts';

/**
 * Writes new content into the files that are there, for readers that hold on to a file and follow no link: those who
 * read meanwhile may find a part of it, or a new file beside an old one. Every level is entered through an open handle
 * and no link is followed, as a container may have changed what is there.
 * @param payload the directory with the files; below an open one
 * @returns false when the files there are others than these: then nothing was touched
 * @throws a system error, after the old content was put back
 */
export function rewriteInPlace(payload: string, files: readonly VolumeFile[]): boolean {
  const there = payloadPaths(payload);
  if (there?.size !== files.length || !files.every(({ path }) => there.has(path))) return false;
  const undo: (() => void)[] = [];
  try {
    for (const { path, bytes } of files) {
      inFile(payload, path.split('/'), (handle) => {
        const old = readFileSync(handle);
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
