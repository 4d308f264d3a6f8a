import { closeSync, openSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../errors.ts';

/**
 * Files that stand for live processes. Node has no flock(2), and nothing may outlive a killed process, so each
 * has entries of its own, `<prefix>.<pid>.<start time>.<count>`: unique for ever, so removing a dead one's
 * entry by its exact name can never hit a live one's.
 */

/** Entries that this process made so far, and its start, which is looked up once. */
let count = 0;
let ownStart: string | undefined;

/** A new name for an entry of this process. */
export function newEntryName(prefix: string): string {
  count += 1;
  ownStart ??= startTime(process.pid);
  return `${prefix}.${process.pid}.${ownStart ?? '0'}.${count}`;
}

export function createEntry(directory: string, name: string): void {
  closeSync(openSync(join(directory, name), 'wx', 0o600));
}

export interface Entries {
  /** Of processes that are still there. */
  readonly live: string[];
  /** Of processes that were killed. */
  readonly dead: string[];
}

/** Names of the entries that `isMine` takes, except `own`. */
export function otherEntries(directory: string, own: string, isMine: (name: string) => boolean): Entries {
  const entries: Entries = { live: [], dead: [] };
  for (const name of readdirSync(directory)) {
    if (name !== own && isMine(name)) (isAlive(name) ? entries.live : entries.dead).push(name);
  }
  return entries;
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

/**
 * Start of a process in clock ticks since boot (proc_pid_stat(5), field 22); undefined when it is gone. A zombie
 * is gone: it does nothing any more, and where kubelet is the first process of a container nobody may ever reap it.
 */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the command's name, may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
