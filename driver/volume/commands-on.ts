import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

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

/** A command has one thread; a call-out has several or is the front, and may itself be waiting here. */
function isCommandOn(pid: string, directories: readonly string[]): boolean {
  if (Number(pid) === process.pid) return false;
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return (
      args.some((arg) => directories.includes(arg)) &&
      // The second, for a node whose `mount` is a script.
      args.slice(0, 2).some((arg) => NAMES.includes(basename(arg))) &&
      readdirSync(`/proc/${pid}/task`).length === 1 &&
      readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== FRONT
    );
  } catch {
    return false; // It has ended.
  }
}
