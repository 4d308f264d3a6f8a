import * as system from 'runtime:system';
import { systemError } from '../../../runtime/modules/system-error.ts';

/** The same as `driver/volume/directory-calls.ts` gives, by calls that the other runtimes lack. */

/** Names that an unmount has in memory at once. */
export const NAMES_AT_ONCE = 1024;

export function mayHoldAtMost(): boolean {
  return true;
}

/** The first names in a directory as bytes, `limit` at most. */
export function namesOf(directory: string, _size: number, limit: number): Uint8Array[] {
  const names = system.readNames(directory, limit);
  if (typeof names === 'number') throw systemError(names, 'scandir', directory);
  return [...names];
}

/** A fault shows when the file cannot be removed. */
export function clearInodeFlags(descriptor: number): void {
  system.clearFlags(descriptor);
}
