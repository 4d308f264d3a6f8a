import { setTimeout as delay } from 'node:timers/promises';
import { DriverError, systemCode, withAwaited } from '../errors.ts';
import { createEntry, newEntryName, otherEntries, removeEntry } from './entries.ts';

/** How often a waiting process looks again. */
const POLL_INTERVAL_MS = 20;

/**
 * Runs `action` while no other live process holds the lock `name` in `directory`.
 *   (1) wait until no live process has an entry
 *   (2) create the own entry
 *   (3) look again: with another live entry there, withdraw, wait a random while, and start over
 *   (4) run, then remove the own entry
 * Of two that contend, the later to create its entry sees the other's in (3), so both never get to (4).
 *
 * The action is told whether a holder was killed. That one's entry goes when an action has succeeded, not before:
 * should this process fail or be killed too, whoever comes next has to know.
 * @throws DriverError `VolumeFailed` when the directory cannot be used
 */
export async function withLock<T>(
  directory: string,
  name: string,
  signal: AbortSignal,
  action: (holderWasKilled: boolean) => Promise<T>,
): Promise<T> {
  const own = newEntryName(name);
  for (;;) {
    if (signal.aborted)
      throw withAwaited(signal.reason, 'an earlier call-out for this volume was still running');
    const killed = tryLock(directory, name, own);
    if (killed !== undefined) return run(directory, own, killed, action);
    await delay(POLL_INTERVAL_MS * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
  }
}

/** The same without waiting: when another process holds the lock, nothing is done. */
export async function withFreeLock(
  directory: string,
  name: string,
  action: () => Promise<void>,
): Promise<void> {
  const own = newEntryName(name);
  const killed = tryLock(directory, name, own);
  if (killed !== undefined) await run(directory, own, killed, action);
}

/** Names of the locks in a directory by what became of their holders; one may be in both sets. */
export function lockHolders(directory: string): { live: Set<string>; killed: Set<string> } {
  const { live, dead } = otherEntries(directory, '', () => true);
  const names = (entries: string[]) => new Set(entries.map((entry) => entry.split('.', 1)[0] ?? ''));
  return { live: names(live), killed: names(dead) };
}

// (4)
async function run<T>(
  directory: string,
  own: string,
  killed: readonly string[],
  action: (holderWasKilled: boolean) => Promise<T>,
): Promise<T> {
  try {
    const result = await action(killed.length > 0);
    for (const entry of killed) removeEntry(directory, entry);
    return result;
  } finally {
    removeEntry(directory, own);
  }
}

/** Entries of killed holders once the lock is taken; undefined when another process has it. */
function tryLock(directory: string, name: string, own: string): string[] | undefined {
  const others = () => otherEntries(directory, own, isOf(name));
  try {
    // (1)
    if (others().live.length > 0) return undefined;
    // (2)
    createEntry(directory, own);
    // (3)
    const { live, dead } = others();
    if (live.length === 0) return dead;
    removeEntry(directory, own);
    return undefined;
  } catch (error) {
    throw new DriverError(
      'VolumeFailed',
      `cannot lock the volume in ${directory} on the node (${systemCode(error)})`,
      { cause: error },
    );
  }
}

function isOf(name: string): (entry: string) => boolean {
  return (entry) => entry.startsWith(`${name}.`);
}
