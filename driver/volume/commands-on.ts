import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemCode } from '../errors.ts';

const LOOK_AGAIN_MS = 20;

/** What the driver runs, and its own call-outs: between fork and exec a command still bears the driver's arguments. */
const NAMES = ['mount', 'umount', 'unmount'];

/**
 * Waits for the commands that a killed call-out left running on these directories: a bind that comes late would
 * show a volume that another call-out is only just filling.
 */
export async function untilNoCommandOn(directories: readonly string[], signal: AbortSignal): Promise<void> {
  while (commandRunsOn(directories)) await delay(LOOK_AGAIN_MS, undefined, { signal });
}

/** Reads all of /proc, so only for when a call-out was killed. */
export function commandRunsOn(directories: readonly string[]): boolean {
  return readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && isCommandOn(pid, directories));
}

/** What the front is called (driver/front/native/main.c): it runs no command, and has one thread as commands have. */
const FRONT = 'kv-front';

/**
 * Everybody can start a program with such arguments, so only those count that the driver can have started.
 * A command has one thread; a call-out has several or is the front, and may itself be waiting here.
 */
function isCommandOn(pid: string, directories: readonly string[]): boolean {
  if (Number(pid) === process.pid) return false;
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return (
      args.some((arg) => directories.includes(arg)) &&
      // The second, for a node whose `mount` is a script.
      args.slice(0, 2).some((arg) => NAMES.includes(basename(arg))) &&
      readdirSync(`/proc/${pid}/task`).length === 1 &&
      readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== FRONT &&
      isOfThisUser(pid) &&
      isInThisMountNamespace(pid)
    );
  } catch {
    return false; // It has ended.
  }
}

/**
 * Compares all of a process's user ids with this process's: the real, effective, saved and file system one. A program
 * with the set-user-ID bit keeps the real id of the user who started it.
 */
function isOfThisUser(pid: string): boolean {
  const ids = /^Uid:\s+(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]?.split(/\s+/) ?? [];
  return ids.length === 4 && ids.every((id) => id === String(process.geteuid?.()));
}

/**
 * Is a process in the mount namespace of this one, as the driver's commands are? A container, whose root may be the
 * node's root user, has another one. The executable tells less: `mount` may be a script, so its interpreter's.
 */
function isInThisMountNamespace(pid: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`) === readlinkSync('/proc/self/ns/mnt');
  } catch (error) {
    // Without CAP_SYS_PTRACE nobody can tell, and a command that is not waited for does more harm than one that is.
    return systemCode(error) === 'EACCES' || systemCode(error) === 'EPERM';
  }
}
