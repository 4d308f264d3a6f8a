import { closeSync, openSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../errors.ts';

/**
 * Files that stand for live processes. Node has no flock(2), and nothing may outlive a killed process, so each
 * has entries of its own, `<prefix>.<pid>.<start time>.<count>`: unique for ever, so removing a dead one's
 * entry by its exact name can never hit a live one's.
 */

/** Entries that this process made so far. */
let count = 0;

/** A new name for an entry of this process. */
export function newEntryName(prefix: string): string {
  count += 1;
  return `${prefix}.${process.pid}.${startTime(process.pid) ?? '0'}.${count}`;
}

export function createEntry(directory: string, name: string): void {
  closeSync(openSync(join(directory, name), 'wx', 0o600));
}

/** Names of the entries of live processes, except `own`. Those of dead ones are removed. */
export function liveEntries(directory: string, own: string, isMine: (name: string) => boolean): string[] {
  return readdirSync(directory).filter((name) => {
    if (name === own || !isMine(name)) return false;
    if (isAlive(name)) return true;
    removeEntry(directory, name);
    return false;
  });
}

/** Is the process of this entry the one that made it, and still there? */
export function isAlive(name: string): boolean {
  const [pid, started] = name.split('.').slice(-3);
  return started !== undefined && startTime(Number(pid)) === started;
}

export function removeEntry(directory: string, name: string): void {
  try {
    unlinkSync(join(directory, name));
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
