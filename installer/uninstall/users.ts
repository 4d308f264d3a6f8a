import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { type PastCallOut, podOf, readHistory } from '../events/history.ts';
import { describeVolume } from '../rotation/journal.ts';
import { RecordFiles } from '../rotation/record-files.ts';
import { CALL_OUT_LIMIT_MS, type NodeVolume, namesIn, volumesOn } from '../run-directory/volumes.ts';

/** Whom the driver is needed for: each mounted volume by its pod, and call-outs that may be at work. */
export async function usersOf(runDirectory: string): Promise<string[]> {
  const volumes = (await volumesOn(runDirectory)).filter(({ abandoned }) => !abandoned);
  const history = volumes.length === 0 ? [] : await readHistory(runDirectory);
  const records = new RecordFiles(runDirectory);
  const users = volumes.map((volume) => userOf(volume, records, history));
  if (users.length > 0) return users;
  const atWork =
    (await isAtWork(join(runDirectory, 'locks'))) || (await isAtWork(join(runDirectory, 'gate')));
  return atWork ? ['a mount or unmount that is under way'] : [];
}

/** By the record beside the volume, or else by its mount's event: older drivers left no records, and events are overwritten. */
function userOf({ id }: NodeVolume, records: RecordFiles, history: readonly PastCallOut[]): string {
  const record = records.read(id);
  if (record !== undefined) {
    const { namespace, pod, volume } = describeVolume(record);
    return `pod ${plain(namespace)}/${plain(pod)}, volume ${plain(volume)}`;
  }
  const mount = history.findLast((past) => past.callOut === 'mount' && past.id === id);
  if (mount === undefined) return `volume ${id}, of which nothing tells any more whose it is`;
  return `pod ${podOf(mount)}, volume ${plain(mount.volume)}`;
}

/** Names of Kubernetes have no other characters. */
function plain(name: string): string {
  return name.replace(/[^\w.-]/g, '?');
}

/** Entries that are older than any call-out lives were left by killed ones. */
async function isAtWork(directory: string): Promise<boolean> {
  for (const name of await namesIn(directory)) {
    const stats = await lstat(join(directory, name)).catch(() => undefined);
    if (stats !== undefined && Date.now() - stats.ctimeMs <= CALL_OUT_LIMIT_MS) return true;
  }
  return false;
}
