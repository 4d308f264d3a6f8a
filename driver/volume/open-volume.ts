import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DriverError, systemCode } from '../errors.ts';

/**
 * Runs `action` on the tmpfs mounted at a path, as a directory `/proc/self/fd/<n>`: whatever is unmounted or mounted
 * at the path meanwhile, it is this file system and no other that the action works on. The action does not wait for
 * anything, as nobody can unmount the file system while it is open but lazily.
 * @param device `st_dev` of that file system, which no other can bear while this one is open
 * @returns undefined when something else, or nothing, is mounted there
 */
export function onOpenVolume<T>(
  path: string,
  device: number,
  action: (directory: string) => T,
): T | undefined {
  const handle = openDirectory(path);
  if (handle === undefined) return undefined;
  try {
    if (fstatSync(handle).dev !== device || lstatSync(dirname(path)).dev === device) return undefined;
    return action(`/proc/self/fd/${handle}`);
  } finally {
    closeSync(handle);
  }
}

function openDirectory(path: string): number | undefined {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  try {
    return openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    throw new DriverError('VolumeFailed', `the volume cannot be opened on the node (${code})`, {
      cause: error,
    });
  }
}
