import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeRotation } from '../../../driver/options/rotation.ts';
import { RECORDS_DIRECTORY } from '../../../driver/record/record.ts';
import type { AssessedVolume } from '../../rotation/assess.ts';
import { named, type Told } from './told.ts';

interface OnNode {
  readonly recorded: readonly AssessedVolume[];
  /** Names of records that this version cannot read. */
  readonly unreadable: readonly string[];
  /** Names of the volumes that are mounted. */
  readonly mounted: readonly string[];
}

/** The records that the driver leaves, against the volumes that are there. */
export async function recordFindings(
  runDirectory: string,
  { recorded, unreadable, mounted }: OnNode,
  node: NodeRotation,
  isOn: boolean,
): Promise<Told[]> {
  const directory = join(runDirectory, RECORDS_DIRECTORY);
  const status = isOn ? 'warning' : 'note';
  const findings: Told[] = [];
  findings.push(...(await directoryFindings(directory)));
  if (unreadable.length > 0) {
    const found = `records that cannot be read, of another version or damaged: ${unreadable.length} (${unreadable[0]} …)`;
    const todo = 'their volumes do not rotate; restart their pods, so that the driver of now writes new ones';
    findings.push({ status, found, todo });
  }
  const kept = node.keepServicePrincipals ? [] : recorded.filter(({ record }) => record.secret === 'kept');
  if (kept.length > 0) {
    const found = `records hold Secrets of ${named(kept)}, which were allowed to be kept and are not any more`;
    const todo = 'what is there goes with the volumes: restart their pods';
    findings.push({ status: 'warning', found, todo });
  }
  const known = new Set([...recorded.map(({ name }) => name), ...unreadable]);
  const unrecorded = mounted.filter((name) => !known.has(name));
  if (unrecorded.length > 0) {
    const found = `volumes without a record: ${unrecorded.length} of ${mounted.length}; they do not rotate, and "installer status" does not list them`;
    const todo = `they were mounted by an older driver, or ${runDirectory} is not on a tmpfs; restart their pods`;
    findings.push({ status, found, todo });
  }
  const orphans = recorded.filter(({ name }) => !mounted.includes(name));
  if (orphans.length > 0) {
    const found = `records without a mounted volume, which may hold a service principal: of ${named(orphans)}`;
    const todo = `the next mount or unmount on the node removes them; if they stay, see the log of kubelet, and on the node: rm ${directory}/${orphans[0]?.name} …`;
    findings.push({ status: 'warning', found, todo });
  }
  return findings;
}

/** None where it is as the driver makes it, or is not there yet. */
async function directoryFindings(directory: string): Promise<Told[]> {
  const stats = await lstat(directory).catch(() => undefined);
  if (stats === undefined) return [];
  if (!stats.isDirectory()) {
    const todo = `on the node: rm ${directory} ; the next mount makes it. Then restart the pods that are to rotate`;
    return [{ status: 'warning', found: `${directory} is no directory, so that no volume can rotate`, todo }];
  }
  if (stats.uid === 0 && (stats.mode & 0o077) === 0) return [];
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
  const found = `${directory} has owner ${stats.uid} and mode ${mode}: others than root can get at the records`;
  const todo = `on the node: chown root:root ${directory} && chmod 0700 ${directory}`;
  return [{ status: 'warning', found, todo }];
}
