import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { DriverError, systemCode } from '../errors.ts';
import { DirectoryHandle } from './directory-handle.ts';

/**
 * Runs `action` on the tmpfs mounted at a path: whatever is unmounted or mounted at the path meanwhile, the action works
 * on this file system and no other. The action does not wait for anything, as nobody can unmount the file system while it
 * is open but lazily.
 * @param device `st_dev` of that file system, which no other can bear while this one is open
 * @returns undefined when something else, or nothing, is mounted there
 */
export function onOpenVolume<T>(
  path: string,
  device: number,
  action: (root: DirectoryHandle) => T,
): T | undefined {
  const root = openRoot(path);
  if (root === undefined) return undefined;
  try {
    if (root.device !== device || lstatSync(dirname(path)).dev === device) return undefined;
    return action(root);
  } finally {
    root.close();
  }
}

function openRoot(path: string): DirectoryHandle | undefined {
  try {
    return DirectoryHandle.at(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    throw new DriverError('VolumeFailed', `the volume cannot be opened on the node (${code})`, {
      cause: error,
    });
  }
}
