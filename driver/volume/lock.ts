import { closeSync, openSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemCode } from '../errors.ts';

/** How often a waiting process looks again. */
const POLL_INTERVAL_MS = 20;

/**
 * Runs `action` while no other live process holds the lock `name` in `directory`.
 *
 * Node has no flock(2), and a lock file must not outlive a killed holder. So each contender has an entry of
 * its own, `<name>.<pid>.<start time>`, unique for ever:
 *   (1) wait until no live process has an entry; entries of dead ones are removed by their exact names
 *   (2) create the own entry
 *   (3) look again: with another live entry there, withdraw, wait a random while, and start over
 *   (4) run, then remove the own entry
 * Of two that contend, the later to create its entry sees the other's in (3), so both never get to (4).
 */
export async function withLock<T>(
  directory: string,
  name: string,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<T> {
  const own = `${name}.${process.pid}.${startTime(process.pid) ?? '0'}`;
  const entry = join(directory, own);
  for (;;) {
    signal.throwIfAborted();
    if (!othersAlive(directory, name, own)) {
      closeSync(openSync(entry, 'wx', 0o600));
      if (!othersAlive(directory, name, own)) break;
      unlinkSync(entry);
    }
    await delay(POLL_INTERVAL_MS * (0.5 + Math.random()), undefined, { signal });
  }
  try {
    return await action();
  } finally {
    unlinkSync(entry);
  }
}

function othersAlive(directory: string, name: string, own: string): boolean {
  let alive = false;
  for (const file of readdirSync(directory)) {
    if (!file.startsWith(`${name}.`) || file === own) continue;
    const [pid, started] = file.slice(name.length + 1).split('.');
    if (startTime(Number(pid)) === started) alive = true;
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
