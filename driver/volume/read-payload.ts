import { closeSync, constants, fstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { isPayloadDirectoryName } from './payload.ts';

/** `..data`, as its writer made it, leads to a payload beside it and nowhere else. */
export function currentPayloadName(root: string): string | undefined {
  try {
    const name = readlinkSync(`${root}/..data`);
    return isPayloadDirectoryName(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Does this payload hold these files, all and no others, byte for byte? Every level is entered through an open handle
 * and no link is followed, as a container may have changed what is there. What cannot be read is not what was written.
 * @param root an open directory, `/proc/self/fd/<n>`
 */
export function payloadHolds(root: string, name: string, files: ReadonlyMap<string, Uint8Array>): boolean {
  try {
    const left = new Map(files);
    return holdsAll(`${root}/${name}`, '', left) && left.size === 0;
  } catch {
    return false;
  }
}

/** Paths of all files of a payload; undefined when something else than files and directories is in it. */
export function payloadPaths(payload: string): Set<string> | undefined {
  const paths = new Set<string>();
  try {
    return collectPaths(payload, '', paths) ? paths : undefined;
  } catch {
    return undefined;
  }
}

function collectPaths(path: string, prefix: string, paths: Set<string>): boolean {
  return withHandle(path, constants.O_DIRECTORY, (handle) => {
    const directory = `/proc/self/fd/${handle}`;
    return readdirSync(directory, { withFileTypes: true }).every((entry) => {
      const file = `${prefix}${entry.name}`;
      if (entry.isFile()) paths.add(file);
      return (
        entry.isFile() ||
        (entry.isDirectory() && collectPaths(`${directory}/${entry.name}`, `${file}/`, paths))
      );
    });
  });
}

function holdsAll(path: string, prefix: string, left: Map<string, Uint8Array>): boolean {
  return withHandle(path, constants.O_DIRECTORY, (handle) => {
    const directory = `/proc/self/fd/${handle}`;
    return readdirSync(directory, { withFileTypes: true }).every((entry) => {
      const file = `${prefix}${entry.name}`;
      const below = `${directory}/${entry.name}`;
      if (entry.isDirectory()) return hasFileBelow(left, file) && holdsAll(below, `${file}/`, left);
      const bytes = left.get(file);
      return bytes !== undefined && left.delete(file) && entry.isFile() && fileHolds(below, bytes);
    });
  });
}

function hasFileBelow(left: ReadonlyMap<string, unknown>, directory: string): boolean {
  return [...left.keys()].some((file) => file.startsWith(`${directory}/`));
}

function fileHolds(path: string, bytes: Uint8Array): boolean {
  return withHandle(path, constants.O_NONBLOCK, (handle) => {
    const stats = fstatSync(handle);
    if (!stats.isFile() || stats.size !== bytes.length) return false;
    const there = Buffer.alloc(bytes.length);
    let read = 0;
    for (let more = -1; read < there.length && more !== 0; read += more)
      more = readSync(handle, there, read, there.length - read, null);
    const isSame = read === there.length && there.equals(bytes);
    there.fill(0);
    return isSame;
  });
}

function withHandle<T>(path: string, flags: number, action: (handle: number) => T): T {
  const handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | flags);
  try {
    return action(handle);
  } finally {
    closeSync(handle);
  }
}
