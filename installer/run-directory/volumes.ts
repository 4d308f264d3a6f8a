import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../fault.ts';

/** A call-out ends within this, its clean-up included: what is older and belongs to none was left by one that was killed. */
export const CALL_OUT_LIMIT_MS = 120_000;

/** A directory below `volumes/` of the run directory. */
export interface NodeVolume {
  /** The hash of kubelet's directory. */
  readonly id: string;
  /** Is a file system mounted there? */
  readonly mounted: boolean;
  /** Neither mounted nor the work of a call-out that may still be at it. */
  readonly abandoned: boolean;
}

/**
 * The volumes on the node, by what is mounted below the run directory: its own tmpfs makes each another device than the
 * directory around it.
 * @returns none where nothing was ever mounted
 * @throws a system error when the directory cannot be read
 */
export async function volumesOn(runDirectory: string, now = Date.now()): Promise<NodeVolume[]> {
  const directory = join(runDirectory, 'volumes');
  const found: NodeVolume[] = [];
  for (const id of (await namesIn(directory)).sort()) {
    const [around, stats] = await Promise.all([lstat(directory), lstatOf(join(directory, id))]);
    if (stats === undefined) continue;
    const mounted = stats.dev !== around.dev;
    found.push({ id, mounted, abandoned: !mounted && now - stats.ctimeMs > CALL_OUT_LIMIT_MS });
  }
  return found;
}

/** Names in a directory; none when it is not there. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Undefined when it went meanwhile. */
async function lstatOf(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
