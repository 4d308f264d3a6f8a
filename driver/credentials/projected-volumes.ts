import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../errors.ts';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** No pod of sense has more of them; beyond that nothing is looked at. */
const MAX_ENTRIES = 512;
const MAX_DEPTH = 8;
/** Tokens have a few thousand bytes. */
const MAX_FILE_BYTES = 65_536;
/** Name of the directory of one state of a volume: `..2026_01_31_12_00_00.123456789` (kubelet's atomic writer). */
const STATE_DIRECTORY = /^\.\.[0-9_]{1,40}\.[0-9]{1,20}$/;

/**
 * The contents of the small files in a pod's projected volumes. No symbolic link is followed, save the one by which
 * kubelet's atomic writer names the present state (`..data`), and that only to a directory beside it: everything is
 * opened through the handle of the directory it is in, so a path that changes meanwhile leads nowhere else.
 * What is not there, or goes away while it is read, is passed over.
 */
export function* filesOfProjectedVolumes(directory: string): Generator<string> {
  const budget = { entries: MAX_ENTRIES };
  for (const name of entriesOf(directory, budget)) {
    const state = presentState(join(directory, name));
    if (state === undefined) continue;
    try {
      yield* filesBelow(state, MAX_DEPTH, budget);
    } finally {
      closeSync(state);
    }
  }
}

function presentState(volume: string): number | undefined {
  const handle = openPassing(volume, O_DIRECTORY);
  if (handle === undefined) return undefined;
  try {
    const name = readlinkSync(inHandle(handle, '..data'));
    return STATE_DIRECTORY.test(name) ? openPassing(inHandle(handle, name), O_DIRECTORY) : undefined;
  } catch (error) {
    return passOver(error);
  } finally {
    closeSync(handle);
  }
}

function* filesBelow(handle: number, depth: number, budget: { entries: number }): Generator<string> {
  for (const name of entriesOf(`/proc/self/fd/${handle}/.`, budget)) {
    // Not to block on a pipe; what is opened tells what it is.
    const entry = openPassing(inHandle(handle, name), O_NONBLOCK);
    if (entry === undefined) continue;
    try {
      const stats = fstatSync(entry);
      if (stats.isFile() && stats.size <= MAX_FILE_BYTES) yield readFileSync(entry, 'utf8');
      else if (stats.isDirectory() && depth > 1) yield* filesBelow(entry, depth - 1, budget);
    } finally {
      closeSync(entry);
    }
  }
}

function entriesOf(directory: string, budget: { entries: number }): string[] {
  try {
    const names = readdirSync(directory).slice(0, Math.max(0, budget.entries));
    budget.entries -= names.length;
    return names;
  } catch (error) {
    return passOver(error) ?? [];
  }
}

function openPassing(path: string, flags: number): number | undefined {
  try {
    return openSync(path, O_RDONLY | O_NOFOLLOW | flags);
  } catch (error) {
    return passOver(error);
  }
}

function inHandle(handle: number, name: string): string {
  return `/proc/self/fd/${handle}/${name}`;
}

/** ELOOP is O_NOFOLLOW's answer to a link, EINVAL readlink's to none. @throws anything but what is not there */
function passOver(error: unknown): undefined {
  if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL', 'ENXIO'].includes(systemCode(error))) return undefined;
  throw error;
}
