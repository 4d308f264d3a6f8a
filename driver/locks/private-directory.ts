import { chmodSync, lstatSync, mkdirSync, type Stats } from 'node:fs';
import { DriverError, systemCode } from '../errors.ts';

/**
 * Makes a directory, with its parents, that only this user can enter. One that stands there already must be
 * a real directory of this user, or somebody else prepared it.
 * @throws DriverError `VolumeFailed`
 */
export function ensurePrivateDirectory(path: string): void {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false }) ?? make(path);
    if (!stats.isDirectory() || stats.uid !== process.geteuid?.()) {
      throw new DriverError(
        'VolumeFailed',
        `${path} is not a directory of the driver's user; remove it on the node`,
      );
    }
    if ((stats.mode & 0o077) !== 0) chmodSync(path, 0o700);
  } catch (error) {
    if (error instanceof DriverError) throw error;
    throw new DriverError('VolumeFailed', `cannot prepare ${path} on the node (${systemCode(error)})`, {
      cause: error,
    });
  }
}

function make(path: string): Stats {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return lstatSync(path);
}
