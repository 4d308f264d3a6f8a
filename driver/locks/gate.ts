import { readFileSync, watch } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DriverError, systemCode } from '../errors.ts';
import { createEntry, isAlive, newEntryName, otherEntries, removeEntry } from './entries.ts';
import { ensurePrivateDirectory } from './private-directory.ts';

/** What one mount may need at its peak, generously. */
const BYTES_PER_MOUNT = 96 * 1024 * 1024;
/** The part of the node's available memory that mounts at the same time may take. */
const SHARE_OF_MEMORY = 0.25;
/** Mounts wait for answers most of their time, so more than one per core helps. */
const PLACES_PER_CORE = 2;

/** A place is kept no longer than this, so that mounts whose vault hangs do not hold up those of other vaults. */
const LEASE_MS = 4000;
/** Prefix of the entry that says: this process is about to lay down a ticket. Sorts after all tickets. */
const CHOOSING = 'choosing';
/** Tickets are compared as text. */
const TICKET_DIGITS = 12;

/** How often a waiting process looks although nothing woke it: the one it waits for may have been killed. */
const LOOK_AGAIN_MS = 500;

/** How many mounts may do their heavy part at once on this node. */
export function placesOfNode(memoryInfo = readMemoryInfo(), cores = availableParallelism()): number {
  const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(memoryInfo)?.[1] ?? Number.NaN) * 1024;
  const byMemory = Number.isNaN(available) ? 1 : Math.floor((available * SHARE_OF_MEMORY) / BYTES_PER_MOUNT);
  return Math.max(1, Math.min(cores * PLACES_PER_CORE, byMemory));
}

/**
 * Runs `action` as one of at most `places` processes of the node at a time, in order of arrival. kubelet has no
 * bound of its own: after a reboot it mounts the volumes of all pods of the node at once.
 *   (1) take the ticket after the last one given out, marked as choosing until it lies there for all to see
 *   (2) while others choose, their tickets may turn out to be earlier: look again in a moment
 *   (3) with fewer than `places` earlier tickets of live processes, go
 *   (4) else sleep until the one goes whose end would let this one in, were they to end in order; look again
 *   (5) give the ticket back after the action, or when the lease ends
 * This is Lamport's bakery algorithm with several places. Tickets of killed processes are removed by whoever
 * sees them. Waiting costs no CPU; the caller must not have loaded anything heavy before.
 * @throws DriverError `VolumeFailed` when the directory cannot be used
 */
export async function passGate<T>(
  directory: string,
  places: number,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<T> {
  const own = takeTicket(directory);
  await waitForTurn(directory, places, own, signal);
  // (5)
  const giveBack = () => removeEntry(directory, own);
  const lease = setTimeout(giveBack, LEASE_MS);
  try {
    return await action();
  } finally {
    clearTimeout(lease);
    giveBack();
  }
}

function takeTicket(directory: string): string {
  const choosing = newEntryName(CHOOSING);
  try {
    ensurePrivateDirectory(directory);
    // (1) By counting: no clock of a process can be compared with another's in every runtime.
    createEntry(directory, choosing);
    const numbers = liveEntries(directory, choosing, isTicket).map((name) => Number.parseInt(name, 10));
    const own = newEntryName(String(Math.max(0, ...numbers) + 1).padStart(TICKET_DIGITS, '0'));
    createEntry(directory, own);
    removeEntry(directory, choosing);
    return own;
  } catch (error) {
    throw unusable(directory, error);
  }
}

async function waitForTurn(
  directory: string,
  places: number,
  own: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (;;) {
      const others = liveEntries(directory, own, (name) => name < own || name.startsWith(`${CHOOSING}.`));
      // (2)
      if (others.some((name) => name.startsWith(CHOOSING))) {
        await delay(1, undefined, { signal });
        continue;
      }
      // (3)
      const blocking = others.sort()[others.length - places];
      if (blocking === undefined) return;
      // (4)
      await untilGone(directory, blocking, signal);
      signal.throwIfAborted();
    }
  } catch (error) {
    removeEntry(directory, own);
    throw signal.aborted ? signal.reason : unusable(directory, error);
  }
}

function isTicket(name: string): boolean {
  return !name.startsWith(CHOOSING);
}

/** Those of live processes; the others' are removed. */
function liveEntries(directory: string, own: string, isMine: (name: string) => boolean): string[] {
  const { live, dead } = otherEntries(directory, own, isMine);
  for (const name of dead) removeEntry(directory, name);
  return live;
}

function unusable(directory: string, cause: unknown): DriverError {
  const text = `cannot wait for a turn in ${directory} on the node (${systemCode(cause)})`;
  return new DriverError('VolumeFailed', text, { cause });
}

/** Resolves when the entry may have gone: a wake-up too many only costs a look. */
async function untilGone(directory: string, name: string, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const watcher = watchEntry(directory, name, done);
    const timer = setInterval(() => {
      if (!isAlive(name)) done();
    }, LOOK_AGAIN_MS);
    signal.addEventListener('abort', done);
    function done(): void {
      watcher?.close();
      clearInterval(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    // Gone between the look and the watch.
    if (watcher === undefined) done();
  });
}

function watchEntry(directory: string, name: string, done: () => void): { close(): void } | undefined {
  try {
    const watcher = watch(join(directory, name), done);
    watcher.on('error', done);
    return watcher;
  } catch {
    return undefined;
  }
}

function readMemoryInfo(): string {
  try {
    return readFileSync('/proc/meminfo', 'utf8');
  } catch {
    return '';
  }
}
