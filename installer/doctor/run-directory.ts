import { lstat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../fault.ts';
import { CALL_OUT_LIMIT_MS, namesIn, volumesOn } from '../run-directory/volumes.ts';
import type { Finding } from './finding.ts';
import type { Scope } from './scope.ts';

/** With less, events are dropped (driver/telemetry/spool.ts); soon after, volumes find no place either. */
const LEAST = { bytes: 4 * 1024 * 1024, inodes: 64 };
const FEW = { bytes: 32 * 1024 * 1024, inodes: 1000 };

/** Volumes are directories below it, and events files; their content is in file systems of their own. */
export async function checkRoom({ settings }: Scope): Promise<Finding[]> {
  const check = 'run directory';
  const { runDirectory } = settings;
  try {
    const { bavail, bsize, files, ffree } = await statfs(runDirectory);
    const bytes = bavail * bsize;
    // A file system may have no limit of inodes.
    const inodes = files === 0 ? Number.POSITIVE_INFINITY : ffree;
    const left = `${Math.floor(bytes / 1024 / 1024)} MiB and ${files === 0 ? 'any number of' : ffree} inodes free`;
    const isBelow = (bound: typeof LEAST) => bytes < bound.bytes || inodes < bound.inodes;
    const todo = `see on the node what fills /run: df ${runDirectory}; df -i ${runDirectory}`;
    if (isBelow(LEAST)) return [{ check, status: 'fault', found: `${runDirectory} is full: ${left}`, todo }];
    if (isBelow(FEW))
      return [{ check, status: 'warning', found: `${runDirectory} is nearly full: ${left}`, todo }];
    const mounted = (await volumesOn(runDirectory)).filter((volume) => volume.mounted).length;
    return [{ check, status: 'ok', found: `${runDirectory} has ${left}; volumes mounted: ${mounted}` }];
  } catch (error) {
    const found = `${runDirectory} cannot be looked at (${systemErrorCode(error)})`;
    return [
      { check, status: 'warning', found, todo: 'the pod must mount it from the node, as the chart has it' },
    ];
  }
}

/** What call-outs that were killed have left. Each later one removes what it finds, so it is a sign, not a fault. */
export async function checkLeftovers({ settings }: Scope): Promise<Finding[]> {
  const check = 'leftovers';
  const { runDirectory } = settings;
  const abandoned = (await volumesOn(runDirectory)).filter((volume) => volume.abandoned).length;
  const counts = [
    ['volumes that were never finished', abandoned],
    ['locks', await countOld(join(runDirectory, 'locks'))],
    ['places in the queue', await countOld(join(runDirectory, 'gate'))],
  ] as const;
  const found = counts.filter(([, count]) => count > 0).map(([what, count]) => `${what}: ${count}`);
  if (found.length === 0) return [{ check, status: 'ok', found: 'none' }];
  const todo =
    'call-outs were killed; the next mount or unmount removes them. If they stay or grow, see the log of kubelet';
  return [{ check, status: 'warning', found: found.join(', '), todo }];
}

async function countOld(directory: string): Promise<number> {
  let count = 0;
  for (const name of await namesIn(directory)) {
    const stats = await lstat(join(directory, name)).catch(() => undefined);
    if (stats !== undefined && Date.now() - stats.ctimeMs > CALL_OUT_LIMIT_MS) count += 1;
  }
  return count;
}
