import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
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
  isOn: boolean,
): Promise<Told[]> {
  const directory = join(runDirectory, RECORDS_DIRECTORY);
  const status = isOn ? 'warning' : 'note';
  const findings: Told[] = [];
  const wrong = await whyUnusable(directory);
  if (wrong !== undefined) {
    const todo = `on the node: rm -r ${directory} ; the next mount makes it anew. Then restart the pods that are to rotate`;
    findings.push({ status: 'warning', found: `${directory} ${wrong}`, todo });
  }
  if (unreadable.length > 0) {
    const found = `records that cannot be read, of another version or damaged: ${unreadable.length} (${unreadable[0]} …)`;
    const todo = 'their volumes do not rotate; restart their pods, so that the driver of now writes new ones';
    findings.push({ status, found, todo });
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

/** Undefined where it is as the driver makes it, or is not there yet. */
async function whyUnusable(directory: string): Promise<string | undefined> {
  const stats = await lstat(directory).catch(() => undefined);
  if (stats === undefined) return undefined;
  if (!stats.isDirectory()) return 'is no directory, so that no volume can rotate';
  if (stats.uid === 0 && (stats.mode & 0o077) === 0) return undefined;
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
  return `has owner ${stats.uid} and mode ${mode}: others than root can get at the records`;
}
