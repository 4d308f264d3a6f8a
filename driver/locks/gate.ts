import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DriverError, systemCode } from '../errors.ts';
import { createEntry, isAlive, newEntryName, removeEntry } from './entries.ts';
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
/** How long to wait for others that choose: they need the processor for it. */
const CHOOSING_MS = 4;

/** How often a waiting process looks whether those before it were killed. */
const LOOK_FOR_DEAD_MS = 500;
/** What a mount takes where nothing is slow. */
const FAST_MOUNT_MS = 50;
const SHORTEST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 500;

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
 *   (2) wait for those who are choosing just then: their tickets may turn out to be no later
 *   (3) with fewer than `places` earlier tickets, go
 *   (4) else remove those of killed processes, sleep for a while that is shorter the closer the turn is, look again
 *   (5) give the ticket back after the action, or when the lease ends
 * This is Lamport's bakery algorithm with several places. Waiting costs next to no CPU; the caller must not have
 * loaded anything heavy before.
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
    const numbers = readdirSync(directory)
      .filter(isTicket)
      .map((name) => Number.parseInt(name, 10));
    const own = newEntryName(String(Math.max(0, ...numbers) + 1).padStart(TICKET_DIGITS, '0'));
    createEntry(directory, own);
    removeEntry(directory, choosing);
    return own;
  } catch (error) {
    removeEntry(directory, choosing);
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
    // (2)
    for (const name of readdirSync(directory).filter(isChoosing)) await untilChosen(directory, name, signal);
    for (let lookedForDead = Number.NEGATIVE_INFINITY; ; ) {
      const earlier = readdirSync(directory)
        .filter((name) => isTicket(name) && name < own)
        .sort();
      // (3)
      if (earlier.length < places) {
        removeDead(directory, earlier);
        return;
      }
      // (4)
      if (performance.now() - lookedForDead > LOOK_FOR_DEAD_MS) {
        if (removeDead(directory, earlier.slice(-places)) > 0) continue;
        lookedForDead = performance.now();
      }
      await delay(pauseBehind(earlier.length, places), undefined, { signal });
    }
  } catch (error) {
    removeEntry(directory, own);
    throw signal.aborted ? signal.reason : unusable(directory, error);
  }
}

function isChoosing(name: string): boolean {
  return name.startsWith(`${CHOOSING}.`);
}

function isTicket(name: string): boolean {
  return /^\d/.test(name);
}

async function untilChosen(directory: string, name: string, signal: AbortSignal): Promise<void> {
  while (existsSync(join(directory, name))) {
    if (isAlive(name)) await delay(CHOOSING_MS * (0.5 + Math.random()), undefined, { signal });
    else removeEntry(directory, name);
  }
}

/** @returns how many of the entries were of killed processes */
function removeDead(directory: string, names: readonly string[]): number {
  const dead = names.filter((name) => !isAlive(name));
  for (const name of dead) removeEntry(directory, name);
  return dead.length;
}

function unusable(directory: string, cause: unknown): DriverError {
  if (cause instanceof DriverError) return cause;
  const text = `cannot wait for a turn in ${directory} on the node (${systemCode(cause)})`;
  return new DriverError('VolumeFailed', text, { cause });
}

/**
 * The turn comes no sooner than so many fast mounts take. Looking costs a system call or two; inotify(7) would
 * cost each waiting process one of the few instances that all of root's programs on the node share.
 */
function pauseBehind(earlier: number, places: number): number {
  const turns = (earlier - places + 1) / places;
  return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, (turns * FAST_MOUNT_MS) / 2));
}

function readMemoryInfo(): string {
  try {
    return readFileSync('/proc/meminfo', 'utf8');
  } catch {
    return '';
  }
}
