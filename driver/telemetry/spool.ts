import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePrivateDirectory } from '../locks/private-directory.ts';

/** A file that has grown to this is followed by the next; the one before is kept, so the spool has about twice this. */
const MAX_FILE_BYTES = 1024 * 1024;

/** With less than this left in the node's memory, events are dropped. */
const MIN_INODES = 64;
const MIN_BYTES = 4 * 1024 * 1024;

/**
 * Files are numbered, not renamed: two processes that find a file full both go on to the same next one, whereas of two
 * that rename, the second would put the new file in the place of the old. What reads them knows by its number what it
 * has read.
 */
const FILE = /^events\.(\d{1,9})\.jsonl$/;

/** Files of a spool by number, the earliest first. Others there are none of ours. */
export function spoolFiles(names: readonly string[]): { readonly number: number; readonly name: string }[] {
  return names
    .flatMap((name) => {
      const number = FILE.exec(name)?.[1];
      return number === undefined ? [] : [{ number: Number(number), name }];
    })
    .sort((a, b) => a.number - b.number);
}

export function spoolFileName(number: number): string {
  return `events.${number}.jsonl`;
}

/**
 * Appends a line to the spool in `directory`, with one write(2) on a file opened to append, so that lines of processes
 * at the same time lie one after the other.
 *
 * Never fails and never waits: an event that cannot be kept is dropped, as no volume must depend on it. Nothing but a
 * regular file is written to, neither through a link nor to a pipe that nobody reads.
 * @returns whether it was kept
 */
export function appendToSpool(directory: string, line: string): boolean {
  try {
    // The run directory first: a link in its place would be followed to wherever it leads.
    for (const path of [dirname(directory), directory]) {
      ensurePrivateDirectory(path);
      if (!hasRoom(path)) return false;
    }
    const files = spoolFiles(readdirSync(directory));
    const last = files.at(-1)?.number ?? 1;
    if (appendTo(join(directory, spoolFileName(last)), line)) return true;
    for (const { number, name } of files) if (number < last) unlinkSync(join(directory, name));
    return appendTo(join(directory, spoolFileName(last + 1)), line);
  } catch {
    return false;
  }
}

/** Events take nothing of the last that volumes, locks and an unmount need. A file system may have no limit of inodes. */
function hasRoom(path: string): boolean {
  const { files, ffree, bavail, bsize } = statfsSync(path);
  return (files === 0 || ffree >= MIN_INODES) && bavail * bsize >= MIN_BYTES;
}

/** @returns false when the file is full */
function appendTo(path: string, line: string): boolean {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new Error('not a regular file');
    if (stats.size + line.length > MAX_FILE_BYTES) return false;
    writeSync(file, line);
    return true;
  } finally {
    closeSync(file);
  }
}
