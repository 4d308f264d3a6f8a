import { closeSync, openSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DriverError, systemCode } from '../errors.ts';

/** Entries that this process made so far: two of one process contend like those of two. */
let entries = 0;

/** How often a waiting process looks again. */
const POLL_INTERVAL_MS = 20;

/**
 * Runs `action` while no other live process holds the lock `name` in `directory`.
 *
 * Node has no flock(2), and a lock file must not outlive a killed holder. So each contender has an entry of
 * its own, `<name>.<pid>.<start time>.<count>`, unique for ever:
 *   (1) wait until no live process has an entry; entries of dead ones are removed by their exact names
 *   (2) create the own entry
 *   (3) look again: with another live entry there, withdraw, wait a random while, and start over
 *   (4) run, then remove the own entry
 * Of two that contend, the later to create its entry sees the other's in (3), so both never get to (4).
 * @throws DriverError `VolumeFailed` when no entry can be made, and the reason of `signal`
 */
export async function withLock<T>(
  directory: string,
  name: string,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<T> {
  const own = `${name}.${process.pid}.${startTime(process.pid) ?? '0'}.${++entries}`;
  for (;;) {
    signal.throwIfAborted();
    if (tryLock(directory, name, own)) break;
    await delay(POLL_INTERVAL_MS * (0.5 + Math.random()), undefined, { signal });
  }
  // (4)
  try {
    return await action();
  } finally {
    removeEntry(join(directory, own));
  }
}

function tryLock(directory: string, name: string, own: string): boolean {
  const entry = join(directory, own);
  try {
    // (1)
    if (othersAlive(directory, name, own)) return false;
    // (2)
    closeSync(openSync(entry, 'wx', 0o600));
    // (3)
    if (!othersAlive(directory, name, own)) return true;
    removeEntry(entry);
    return false;
  } catch (error) {
    throw new DriverError(
      'VolumeFailed',
      `cannot lock the volume in ${directory} on the node (${systemCode(error)})`,
      { cause: error },
    );
  }
}

function othersAlive(directory: string, name: string, own: string): boolean {
  let alive = false;
  for (const file of readdirSync(directory)) {
    if (!file.startsWith(`${name}.`) || file === own) continue;
    const [pid, started] = file.slice(name.length + 1).split('.');
    if (started !== undefined && startTime(Number(pid)) === started) alive = true;
    else removeEntry(join(directory, file));
  }
  return alive;
}

function removeEntry(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

/** Start of a process in clock ticks since boot (proc_pid_stat(5), field 22); undefined when it is gone. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the command's name, may itself hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
