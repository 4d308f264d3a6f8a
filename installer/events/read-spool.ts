import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_LINE_BYTES } from '../../driver/telemetry/line.ts';
import { spoolFileName, spoolFiles } from '../../driver/telemetry/spool.ts';
import { systemErrorCode } from '../fault.ts';
import type { Position } from './position.ts';

const CHUNK_BYTES = 64 * 1024;

/** Where complete lines go, and those that are none. */
export interface SpoolReader {
  readonly line: (line: string) => void;
  /** A line that is longer than any of the driver's. */
  readonly oversized: () => void;
  /** Files that the driver removed before they were read. */
  readonly lostFiles: (count: number) => void;
}

/**
 * Reads what has come to the spool since a position: complete lines alone, as one that is being written has no newline
 * yet. A file that has become shorter is read from its beginning.
 * @returns the position after it; a spool that is not there, or cannot be read, holds nothing
 */
export async function readSpool(spool: string, from: Position, reader: SpoolReader): Promise<Position> {
  const numbers = spoolFiles(await entriesOf(spool)).map(({ number }) => number);
  const last = numbers.at(-1);
  if (last === undefined) return from;
  // The spool was made anew: its numbers begin again.
  let position = last < from.file ? { file: 0, offset: 0 } : from;
  const first = numbers.find((number) => number >= position.file) ?? last;
  if (position.file > 0 && first > position.file) {
    const unread = first - position.file - 1 + (numbers.includes(position.file) ? 0 : 1);
    if (unread > 0) reader.lostFiles(unread);
  }
  for (const number of numbers.filter((number) => number >= position.file)) {
    const offset = number === position.file ? position.offset : 0;
    position = {
      file: number,
      offset: await readFileFrom(join(spool, spoolFileName(number)), offset, reader),
    };
  }
  return position;
}

async function entriesOf(spool: string): Promise<string[]> {
  try {
    return await readdir(spool);
  } catch {
    return [];
  }
}

async function readFileFrom(path: string, offset: number, reader: SpoolReader): Promise<number> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
    if (['ENOENT', 'ELOOP', 'EACCES'].includes(systemErrorCode(error))) return undefined;
    throw error;
  });
  if (file === undefined) return offset;
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return offset;
    let position = stats.size < offset ? 0 : offset;
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
      const end = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
      if (end === 0) {
        if (bytesRead < buffer.length) return position;
        // Nothing of the driver's: go on behind it.
        reader.oversized();
        position += bytesRead;
        continue;
      }
      for (const line of buffer.toString('utf8', 0, end - 1).split('\n')) {
        if (line.length < MAX_LINE_BYTES) reader.line(line);
        else reader.oversized();
      }
      position += end;
    }
  } finally {
    await file.close();
  }
}
