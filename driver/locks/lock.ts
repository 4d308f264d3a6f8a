import { setTimeout as delay } from 'node:timers/promises';
import { DriverError, systemCode } from '../errors.ts';
import { createEntry, liveEntries, newEntryName, removeEntry } from './entries.ts';

/** How often a waiting process looks again. */
const POLL_INTERVAL_MS = 20;

/**
 * Runs `action` while no other live process holds the lock `name` in `directory`.
 *   (1) wait until no live process has an entry
 *   (2) create the own entry
 *   (3) look again: with another live entry there, withdraw, wait a random while, and start over
 *   (4) run, then remove the own entry
 * Of two that contend, the later to create its entry sees the other's in (3), so both never get to (4).
 * @throws DriverError `VolumeFailed` when the directory cannot be used
 */
export async function withLock<T>(
  directory: string,
  name: string,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<T> {
  const own = newEntryName(name);
  for (;;) {
    signal.throwIfAborted();
    if (tryLock(directory, name, own)) break;
    await delay(POLL_INTERVAL_MS * (0.5 + Math.random()), undefined, { signal });
  }
  // (4)
  try {
    return await action();
  } finally {
    removeEntry(directory, own);
  }
}

function tryLock(directory: string, name: string, own: string): boolean {
  const held = () => liveEntries(directory, own, (entry) => entry.startsWith(`${name}.`)).length > 0;
  try {
    // (1)
    if (held()) return false;
    // (2)
    createEntry(directory, own);
    // (3)
    if (!held()) return true;
    removeEntry(directory, own);
    return false;
  } catch (error) {
    throw new DriverError(
      'VolumeFailed',
      `cannot lock the volume in ${directory} on the node (${systemCode(error)})`,
      { cause: error },
    );
  }
}
