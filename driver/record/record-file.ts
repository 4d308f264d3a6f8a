import {
  readdirSync,
  readFileSync,
  renameSync,
  statfsSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isArcEnabled } from '../credentials/arc-enabled.ts';
import { ensurePrivateDirectory } from '../locks/private-directory.ts';
import { MAX_RECORD_BYTES, type PlacedRecord, RECORD_SCHEMA_VERSION, type VolumeRecord } from './record.ts';

/** File systems that are gone with the node's memory (include/uapi/linux/magic.h). */
const IN_MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/** As volumes are called (driver/volume/volume-name.ts). */
const NAME = /^[0-9a-f]{32}$/;

/** The agent keeps beside the record how rotations of the volume went. */
export const STATE_SUFFIX = '.state';

/**
 * Writes the record of the volume `name`, whole, where only root can read it. A volume that gets none is as good as any
 * other, but for rotation: so this never throws.
 * @param directory on a tmpfs: elsewhere nothing is written, as a record may hold a secret
 * @param mount where the volume's tmpfs is mounted
 */
export function writeRecord(
  directory: string,
  name: string,
  place: { readonly target: string; readonly mount: string },
  record: VolumeRecord,
): void {
  const path = join(directory, name);
  const temporary = join(directory, `.${name}`);
  try {
    ensurePrivateDirectory(directory);
    // The kernel's number has 32 bits, and a sign where the runtime gives it one.
    if (!IN_MEMORY.has(statfsSync(directory).type >>> 0)) return;
    const placed: PlacedRecord = {
      schemaVersion: RECORD_SCHEMA_VERSION,
      ...record,
      target: place.target,
      device: statSync(place.mount).dev,
      // The node agent, in a pod, cannot see what kind of node it is.
      arcIdentity: record.identity === 'managed-identity' && isArcEnabled(),
      mountedAt: new Date().toISOString(),
      mountedUptime: uptimeSeconds(),
    };
    const text = JSON.stringify(placed);
    if (Buffer.byteLength(text) > MAX_RECORD_BYTES) return;
    // Of a call-out that was killed while it wrote: this one has the volume's lock.
    removeQuietly(temporary);
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    removeQuietly(temporary);
  }
}

/** Names of the volumes that have a record; none where there is no directory. */
export function recordNames(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => NAME.test(name));
  } catch {
    return [];
  }
}

/** Takes a volume's record away, and what the agent keeps beside it. Never throws. */
export function removeRecord(directory: string, name: string): void {
  for (const file of [name, `.${name}`, `${name}${STATE_SUFFIX}`]) removeQuietly(join(directory, file));
}

/** What `node:os` would tell, which takes 0.2 ms to load (proc_uptime(5)). */
function uptimeSeconds(): number {
  return Math.floor(Number.parseFloat(readFileSync('/proc/uptime', 'utf8')));
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Nothing there, or nothing that could be removed: the agent takes no record for a volume that is not its own.
  }
}
