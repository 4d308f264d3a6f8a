import { readdirSync } from 'node:fs';

/**
 * Bytes that tmpfs adds to a directory's size for each entry, `.` and `..` included (mm/shmem.c, BOGO_DIRENT_SIZE). If a
 * kernel adds less, a larger directory is read in vain: `namesOf` counts the names afterwards.
 */
const ENTRY_BYTES = 20;
/** Most entries that are read in vain. Other file systems count blocks: one for a few files. */
const SPARE_ENTRIES = 1024;

/** Names that an unmount has in memory at once. More than a volume can hold: these runtimes cannot read a part. */
export const NAMES_AT_ONCE = 131_072;

/** Can a directory of this size be read at little cost, should it hold no more than `limit` entries? */
export function mayHoldAtMost(size: number, limit: number): boolean {
  return size <= (limit + SPARE_ENTRIES) * ENTRY_BYTES;
}

/**
 * The names in a directory as bytes. The driver has a call of its own (native/directory-calls.ts).
 * @param size `st_size` of the directory
 * @returns undefined when there are more than `limit`
 */
export function namesOf(directory: string, size: number, limit: number): Uint8Array[] | undefined {
  if (!mayHoldAtMost(size, limit)) return undefined;
  const names = readdirSync(directory, { encoding: 'buffer' });
  return names.length > limit ? undefined : names;
}

/** Node and Bun make no ioctl(2): the flags stay. The driver, which answers each unmount, clears them. */
export function clearInodeFlags(_descriptor: number): void {}
