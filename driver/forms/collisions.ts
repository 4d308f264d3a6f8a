import { DriverError } from '../errors.ts';
import { collidingPaths } from '../options/file-path.ts';
import type { VolumeFile } from '../ports.ts';

/** A file with what it was made from, for messages. */
export interface OwnedFile extends VolumeFile {
  readonly owner: string;
}

/** Two wide selections may collide in everything they have; an event could not hold it. */
const MAX_TOLD = 10;

/**
 * Files that cannot stand beside each other, `FilesCollide`. Of the objects that were named this was checked with the
 * options; what a selection finds is known only now.
 */
export function collisionFaults(files: readonly OwnedFile[]): DriverError[] {
  const owners = new Map<string, string[]>();
  for (const { path, owner } of files) {
    const others = owners.get(path);
    if (others === undefined) owners.set(path, [owner]);
    else others.push(owner);
  }
  const told = new Set(
    collidingPaths(files.map(({ path }) => path)).map(([first, second]) =>
      first === second
        ? `${(owners.get(first) ?? []).join(' and ')} would be one file, ${JSON.stringify(first)}`
        : `${pathAndOwner(first, owners)} and ${pathAndOwner(second, owners)} would be the same file, or one the directory of the other`,
    ),
  );
  const texts = [...told].map((text) => `${text}; give one another alias or directory, or select less`);
  const shown = texts.slice(0, MAX_TOLD);
  if (texts.length > MAX_TOLD) shown.push(`and ${texts.length - MAX_TOLD} more files collide`);
  return shown.map((text) => new DriverError('FilesCollide', text));
}

function pathAndOwner(path: string, owners: ReadonlyMap<string, string[]>): string {
  return `${JSON.stringify(path)} of ${owners.get(path)?.[0]}`;
}
