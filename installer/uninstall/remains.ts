import { lstat, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn } from '../run-directory/volumes.ts';

/** Below the run directory; nothing but files is in them. */
const FILES = ['.records', 'agent', 'api-versions.json', 'events', 'gate', 'locks', 'records'];

/**
 * Empties the run directory of what the product made. The directory itself stays where it is mounted into a pod, and goes
 * with the next boot.
 * @returns paths of what is not the product's, or is a file system of its own: those are left
 */
export async function removeRemains(runDirectory: string): Promise<string[]> {
  const volumes = join(runDirectory, 'volumes');
  // One by one, and only where empty: nothing of a mounted volume is ever removed.
  for (const name of await namesIn(volumes)) await rmdir(join(volumes, name));
  const names = await namesIn(runDirectory);
  if (names.includes('volumes')) await rmdir(volumes);
  for (const name of FILES.filter((known) => names.includes(known))) {
    const path = join(runDirectory, name);
    if (!(await isMountPoint(path, runDirectory))) await rm(path, { recursive: true });
  }
  const left = await namesIn(runDirectory);
  if (left.length === 0) await rmdir(runDirectory).catch(() => undefined);
  return left.map((name) => join(runDirectory, name));
}

async function isMountPoint(path: string, parent: string): Promise<boolean> {
  return (await lstat(path)).dev !== (await lstat(parent)).dev;
}
