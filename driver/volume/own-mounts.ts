import { readFileSync } from 'node:fs';
import { DriverError } from '../errors.ts';
import { type MountEntry, parseMountInfo } from './mountinfo.ts';
import { MOUNT_SOURCE } from './mounts.ts';

/** What is mounted at a directory, as this process sees it, the lowest first. */
export function mountsAt(directory: string): MountEntry[] {
  return parseMountInfo(readMountInfo(), directory);
}

/** @throws DriverError `VolumeFailed` when nothing of this driver is mounted there */
export function expectMountAt(directory: string): void {
  if (mountsAt(directory).some(isOurs)) return;
  const text = `mount reported no fault, but nothing is mounted at ${directory}; check the command mount of the node`;
  throw new DriverError('VolumeFailed', text);
}

/** Is it a tmpfs of this driver, or a bind of one? */
export function isOurs({ fsType, source }: MountEntry): boolean {
  return fsType === 'tmpfs' && source === MOUNT_SOURCE;
}

/** The kernel writes it anew each time: 0.1 ms on a node with few mounts. */
export function readMountInfo(): string {
  return readFileSync('/proc/self/mountinfo', 'utf8');
}
