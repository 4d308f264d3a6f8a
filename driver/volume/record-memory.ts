import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { otherEntries } from '../locks/entries.ts';
import { lockHolders, withLock } from '../locks/lock.ts';
import { ensurePrivateDirectory } from '../locks/private-directory.ts';
import { mayHoldPassword, RECORDS_DIRECTORY, type VolumeRecord } from '../record/record.ts';
import { DirectoryHandle } from './directory-handle.ts';
import { noswapWorks } from './host.ts';
import { mountsAt } from './own-mounts.ts';
import { mounts } from './way-to-mount.ts';

/** Held while the records' file system is made or removed; every call-out also holds the lock of its volume. */
const LOCK = 'records';

/** Where the file system is prepared, below the run directory, before it appears with all records in it. */
const PREPARED = '.records';

/** Records, what the agent keeps beside them, and what a killed process left while it wrote one. */
const FILE = /^\.?[0-9a-f]{32}(\.state)?$/;

/** A record has some 10 KB, and 1 MiB at most; a volume has up to four files here. */
const LIMITS = { sizeBytes: 64 * 1024 * 1024, inodes: 8192 };

/** Can this record hold what must not get into swap: a Secret, or a proxy's password? */
export function holdsSecrets({ secret, environment }: VolumeRecord): boolean {
  return secret === 'kept' || (environment !== undefined && mayHoldPassword(environment));
}

/**
 * Mounts a tmpfs that is never swapped out on the directory of records, unless it is there, and moves into it the
 * records that a driver of an earlier version left in the directory. Does nothing where the kernel knows no `noswap`.
 *
 *   (1) mount it at another place, and copy the records there
 *   (2) bind it to the directory, so that it appears with all records
 *   (3) remove the records below it, and the mount at the other place
 *
 * The caller holds a lock in `locks`, and writes its record before it releases that: `releaseRecordMemory` removes the
 * file system only while nobody else holds one.
 * @throws DriverError `VolumeFailed`, or a system error
 */
export async function ensureRecordMemory(
  runDirectory: string,
  locks: string,
  signal: AbortSignal,
): Promise<void> {
  if (!noswapWorks()) return;
  const isChanging = otherEntries(locks, '', (name) => name.startsWith(`${LOCK}.`)).live.length > 0;
  if (!isChanging && isMounted(runDirectory)) return;
  await withLock(locks, LOCK, signal, async () => {
    if (!isMounted(runDirectory)) await makeRecordMemory(runDirectory);
  });
}

/** Unmounts the records' file system when it is empty and no call-out is at work that could write to it. */
export async function releaseRecordMemory(
  runDirectory: string,
  locks: string,
  signal: AbortSignal,
): Promise<void> {
  const isThere = () => isMounted(runDirectory) || existsSync(join(runDirectory, PREPARED));
  if (!isThere() || !isEmpty(runDirectory)) return;
  await withLock(locks, LOCK, signal, async () => {
    const others = [...lockHolders(locks).live].filter((name) => name !== LOCK);
    if (others.length > 0 || !isEmpty(runDirectory)) return;
    await unmountAll(join(runDirectory, RECORDS_DIRECTORY));
    await discardPrepared(runDirectory);
  });
}

async function makeRecordMemory(runDirectory: string): Promise<void> {
  const records = join(runDirectory, RECORDS_DIRECTORY);
  const prepared = join(runDirectory, PREPARED);
  const { tmpfs, bind } = await mounts();
  ensurePrivateDirectory(records);
  await discardPrepared(runDirectory);
  const earlier = DirectoryHandle.at(records);
  try {
    // (1)
    mkdirSync(prepared, { mode: 0o700 });
    await tmpfs(prepared, { ...LIMITS, rootMode: 0o700, noswap: true, seLinuxContext: undefined });
    const files = namesIn(earlier).filter((name) => FILE.test(name));
    for (const name of files) copy(earlier, name, prepared);
    // (2)
    await bind(prepared, records, 'as-source');
    // (3)
    for (const name of files) if (earlier.look(name)) earlier.unlink(name);
  } finally {
    earlier.close();
    await discardPrepared(runDirectory);
  }
}

/** Is another file system on the directory of records than on the run directory? */
function isMounted(runDirectory: string): boolean {
  const stats = lstatSync(join(runDirectory, RECORDS_DIRECTORY), { throwIfNoEntry: false });
  return stats !== undefined && stats.dev !== lstatSync(runDirectory).dev;
}

function isEmpty(runDirectory: string): boolean {
  const records = join(runDirectory, RECORDS_DIRECTORY);
  return !existsSync(records) || readdirSync(records).length === 0;
}

/** @throws when an earlier driver left more than fit into the file system */
function namesIn(records: DirectoryHandle): string[] {
  const names = records.names(LIMITS.inodes);
  if (names === undefined) throw new Error('there are more records than a node has volumes');
  return names;
}

/** Another call-out may remove the record of its volume meanwhile. */
function copy(earlier: DirectoryHandle, name: string, to: string): void {
  if (!earlier.look(name)) return;
  const file = earlier.openFile(name, 'read');
  try {
    writeFileSync(join(to, name), readFileSync(file.descriptor, 'utf8'), { flag: 'wx', mode: 0o600 });
  } finally {
    file.close();
  }
}

async function discardPrepared(runDirectory: string): Promise<void> {
  const prepared = join(runDirectory, PREPARED);
  if (!existsSync(prepared)) return;
  await unmountAll(prepared);
  rmdirSync(prepared);
}

/** Lazily: the agent, which sees the mount too, may be looking at a record. */
async function unmountAll(directory: string): Promise<void> {
  const { unmount } = await mounts();
  for (const _ of mountsAt(directory)) await unmount(directory, true);
}
