import { accessSync, constants } from 'node:fs';

/**
 * Finds a directory that this process could write to. What is mounted read-only is refused with `EROFS`, whatever rights
 * the process has; a directory that is missing cannot be written to either.
 * @returns the first such directory; undefined when there is none
 */
export function firstWritable(directories: readonly string[]): string | undefined {
  return directories.find((directory) => {
    try {
      accessSync(directory, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  });
}
