import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { type PastCallOut, podOf, readHistory } from '../events/history.ts';
import { CALL_OUT_LIMIT_MS, type NodeVolume, namesIn, volumesOn } from '../run-directory/volumes.ts';

/** Whom the driver is needed for: each mounted volume by its pod, and call-outs that may be at work. */
export async function usersOf(runDirectory: string): Promise<string[]> {
  const volumes = (await volumesOn(runDirectory)).filter(({ abandoned }) => !abandoned);
  const history = volumes.length === 0 ? [] : await readHistory(runDirectory);
  const users = volumes.map((volume) => userOf(volume, history));
  if (users.length > 0) return users;
  const atWork =
    (await isAtWork(join(runDirectory, 'locks'))) || (await isAtWork(join(runDirectory, 'gate')));
  return atWork ? ['a mount or unmount that is under way'] : [];
}

function userOf({ id }: NodeVolume, history: readonly PastCallOut[]): string {
  const mount = history.findLast((past) => past.callOut === 'mount' && past.id === id);
  if (mount === undefined) return `volume ${id}, of which the events no longer tell whose it is`;
  return `pod ${podOf(mount)}, volume ${mount.volume.replace(/[^\w.-]/g, '?')}`;
}

/** Entries that are older than any call-out lives were left by killed ones. */
async function isAtWork(directory: string): Promise<boolean> {
  for (const name of await namesIn(directory)) {
    const stats = await lstat(join(directory, name)).catch(() => undefined);
    if (stats !== undefined && Date.now() - stats.ctimeMs <= CALL_OUT_LIMIT_MS) return true;
  }
  return false;
}
