import * as resident from 'runtime:resident';
import * as system from 'runtime:system';
import { checked, done, isNoEntry, uninterrupted } from './fs-calls.ts';
import { lstatSync, readdirSync, rmdirSync } from './fs-files.ts';
import { constants } from './open-flags.ts';

/** The part of Node's `fs` that only programs that stay use. */

export function accessSync(path: string, rights: number = constants.F_OK): void {
  done(resident.access(checked(path), rights), 'access', path);
}

/** Removes a file, or with `recursive` a directory with everything in it; links are removed, not followed. */
export function rmSync(
  path: string,
  { force = false, recursive = false }: { force?: boolean; recursive?: boolean } = {},
): void {
  const found = lstatSync(path, { throwIfNoEntry: !force });
  if (found === undefined) return;
  if (!found.isDirectory()) {
    removeFile(path, force);
    return;
  }
  if (!recursive) throw isADirectory(path);
  for (const name of readdirSync(path)) rmSync(`${path}/${name}`, { force, recursive });
  rmdirSync(path);
}

/** It may have gone meanwhile. */
function removeFile(path: string, force: boolean): void {
  const result = system.unlink(path);
  if (!(force && isNoEntry(result))) done(result, 'unlink', path);
}

function isADirectory(path: string): Error {
  const error = new Error(`Path is a directory: rm returned EISDIR (is a directory) ${path}`);
  return Object.assign(error, {
    name: 'SystemError',
    code: 'ERR_FS_EISDIR',
    errno: 21,
    syscall: 'rm',
    path,
  });
}

export function ftruncateSync(descriptor: number, length = 0): void {
  done(system.ftruncate(descriptor, length), 'ftruncate');
}

/** One read(2), or pread(2) with a position. @returns how many bytes were read, 0 at the end */
export function readSync(
  descriptor: number,
  bytes: Uint8Array,
  offset = 0,
  length: number = bytes.length - offset,
  position: number | null = null,
): number {
  return done(
    uninterrupted(() =>
      position === null
        ? system.read(descriptor, bytes, offset, length)
        : system.read(descriptor, bytes, offset, length, position),
    ),
    'read',
  );
}

/** fsync(2); for node:fs/promises. */
export function syncFile(descriptor: number): void {
  done(resident.sync(descriptor), 'fsync');
}
