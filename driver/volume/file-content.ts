import { ftruncateSync, readSync, writeSync } from 'node:fs';
import type { OpenFile } from './open-file.ts';

/** How much of a file is read at once to compare it. */
const CHUNK_BYTES = 65_536;

/** Does the file hold these bytes and no others? Takes 64 KiB of memory at most. */
export function fileHolds(file: OpenFile, bytes: Uint8Array): boolean {
  if (file.stats().size !== bytes.length) return false;
  const there = Buffer.alloc(Math.min(bytes.length, CHUNK_BYTES));
  try {
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(file.descriptor, there, 0, Math.min(there.length, bytes.length - at), at);
      if (read === 0 || !there.subarray(0, read).equals(bytes.subarray(at, at + read))) return false;
      at += read;
    }
    return true;
  } finally {
    there.fill(0);
  }
}

/** The first `length` bytes of a file, or fewer where it ends before. */
export function readStart(file: OpenFile, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let at = 0;
  for (let more = -1; at < length && more !== 0; at += more)
    more = readSync(file.descriptor, bytes, at, length - at, at);
  return bytes.subarray(0, at);
}

/** Writes over a file's content. The length comes last: a reader finds the new beginning with the old end, not nothing. */
export function overwrite(file: OpenFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file.descriptor, bytes, at, bytes.length - at, at);
  ftruncateSync(file.descriptor, bytes.length);
}
