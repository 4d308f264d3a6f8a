import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DriverError, systemCode, withAwaited } from '../errors.ts';
import { volumeName as hashOf } from '../volume/volume-name.ts';
import { createEntry, isAlive, newEntryName, removeEntry } from './entries.ts';
import { withLock } from './lock.ts';
import { ensurePrivateDirectory } from './private-directory.ts';
import { fairOrder, isTicket, numberOf, placeOf, placesFor } from './turns.ts';

/** Memory that one mount needs at its peak, generously: 7 MB with 8 objects, 11 MB with 200 (npm run bench:compare). */
const BYTES_PER_MOUNT = 16 * 1024 * 1024;
/** The part of the node's available memory that mounts at the same time may take. */
const SHARE_OF_MEMORY = 0.25;
/**
 * Looking for a turn costs more than a mount's own memory is worth: of 100 mounts at once on two cores, with 4 places each took
 * three times the CPU (npm run bench:compare -- --storm 100). So only a lack of memory makes mounts wait.
 */
const PLACES_PER_CORE = 64;

/** A place is kept no longer than this, so that mounts whose vault hangs do not hold up those of other vaults. */
const LEASE_MS = 4000;
/** Prefix of the entry of a process that has a place. */
const INSIDE = 'inside';
/** Name of the lock under which a ticket becomes a place. */
const TURN = 'turn';
/** Tickets are compared as text. */
const TICKET_DIGITS = 12;
/** 64 bits: nobody finds a name whose hash is that of another namespace. */
const HASH_DIGITS = 16;

/** How often a waiting process looks whether those before it were killed. */
const LOOK_FOR_DEAD_MS = 500;
/** Duration of a mount where nothing is slow. */
const FAST_MOUNT_MS = 50;
const SHORTEST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 500;

/** The pod that a place is for, as kubelet names it. */
export interface PodAtGate {
  readonly uid: string;
  readonly namespace: string;
}

/** How many mounts may do their heavy part at once on this node. */
export function placesOfNode(memoryInfo = readMemoryInfo(), cores = availableParallelism()): number {
  const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(memoryInfo)?.[1] ?? Number.NaN) * 1024;
  const byMemory = Number.isNaN(available) ? 1 : Math.floor((available * SHARE_OF_MEMORY) / BYTES_PER_MOUNT);
  return Math.max(1, Math.min(cores * PLACES_PER_CORE, byMemory));
}

/**
 * Runs `action` as one of at most `places` processes of the node at a time. kubelet has no bound of its own: after a
 * reboot it mounts the volumes of all pods of the node at once.
 *   (1) take the ticket after the last one given out; two that come in the same moment may get the same number
 *   (2) look at the places taken and at the tickets, in their fair order (`turns.ts`): the turn of those comes first
 *       whose pod, then whose namespace, has the fewest places; among equals, order of arrival
 *   (3) when it looks like this one's turn, look again under a lock, and make the ticket a place by renaming it
 *   (4) else remove the entries of killed processes, sleep for a while that is shorter the closer the turn is, and repeat
 *   (5) give the place back after the action, or when the lease ends
 * The lock is held for a few system calls by the few whose turn it may be, so that there are never more places taken than
 * there are. Waiting costs next to no CPU. The caller must not have loaded anything heavy before, and must not wait for
 * something outside this node's control inside: no place is for waiting.
 * @throws DriverError `VolumeFailed` when the directory cannot be used
 */
export async function passGate<T>(
  directory: string,
  places: number,
  pod: PodAtGate,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<T> {
  const own = takeTicket(directory, pod);
  const place = await waitForTurn(directory, places, own, signal);
  // (5)
  const giveBack = () => removeEntry(directory, place);
  const lease = setTimeout(giveBack, LEASE_MS);
  try {
    return await action();
  } finally {
    clearTimeout(lease);
    giveBack();
  }
}

// (1)
function takeTicket(directory: string, { uid, namespace }: PodAtGate): string {
  try {
    const groups = [hashOf(namespace), hashOf(uid)].map((hash) => hash.slice(0, HASH_DIGITS));
    ensurePrivateDirectory(directory);
    const numbers = readdirSync(directory).map(numberOf);
    const number = String(Math.max(0, ...numbers) + 1).padStart(TICKET_DIGITS, '0');
    const own = newEntryName([number, ...groups].join('.'));
    createEntry(directory, own);
    return own;
  } catch (error) {
    throw unusable(directory, error);
  }
}

/** @returns the name of the place's entry */
async function waitForTurn(
  directory: string,
  places: number,
  own: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    for (let lookedForDead = Number.NEGATIVE_INFINITY; ; ) {
      signal.throwIfAborted();
      // (2)
      const { ahead, suspects } = look(directory, places, own);
      if (ahead === 0) {
        // (3)
        const place = await enter(directory, places, own, signal);
        if (place !== undefined) return place;
      }
      // (4)
      if (performance.now() - lookedForDead > LOOK_FOR_DEAD_MS) {
        if (removeDead(directory, suspects) > 0) continue;
        lookedForDead = performance.now();
      }
      await delay(pauseBehind(ahead, places), undefined, { signal });
    }
  } catch (error) {
    removeEntry(directory, own);
    const turn = 'it was still waiting for its turn, as other mounts of this node were reading';
    throw signal.aborted ? withAwaited(signal.reason, turn) : unusable(directory, error);
  }
}

interface View {
  /** Number of places that others give back before this ticket's turn comes. */
  readonly ahead: number;
  /** Entries that hold up others if their process was killed: all places, and as many tickets. */
  readonly suspects: readonly string[];
}

function look(directory: string, places: number, own: string): View {
  const names = readdirSync(directory);
  const taken = names.filter((name) => name.startsWith(`${INSIDE}.`)).map((name) => placeOf(name, INSIDE));
  const order = fairOrder(taken, names.filter(isTicket), placesFor(places));
  const index = order.indexOf(own);
  // It is not among them while its pod has all the places that one may have.
  const before = index < 0 ? order.length + 1 : index;
  const ahead = Math.max(0, before + 1 - (places - taken.length));
  const suspects = [
    ...taken.map(({ name }) => name),
    ...order.filter((name) => name !== own).slice(0, places),
  ];
  return { ahead: index < 0 ? Math.max(1, ahead) : ahead, suspects };
}

/** Makes the ticket a place, if it still is its turn. @returns undefined when it is not */
function enter(
  directory: string,
  places: number,
  own: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  return withLock(directory, TURN, signal, async () => {
    const { ahead, suspects } = look(directory, places, own);
    if (ahead > 0) return undefined;
    const place = `${INSIDE}.${own}`;
    renameSync(join(directory, own), join(directory, place));
    removeDead(directory, suspects);
    return place;
  });
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
function pauseBehind(ahead: number, places: number): number {
  const turns = ahead / places;
  return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, (turns * FAST_MOUNT_MS) / 2));
}

function readMemoryInfo(): string {
  try {
    return readFileSync('/proc/meminfo', 'utf8');
  } catch {
    return '';
  }
}
