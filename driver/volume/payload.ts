import type { VolumeFile } from '../ports.ts';

/**
 * Names at the volume's root, in the layout of kubelet's atomic writer (pkg/volume/util/atomic_writer.go): each is a
 * symbolic link to `..data/<name>`.
 */
export function topLevelNames(files: readonly Pick<VolumeFile, 'path'>[]): string[] {
  return [...new Set(files.map(({ path }) => path.split('/', 1)[0] ?? path))].sort();
}

/** Only what looks so is taken for a payload: a container may have made anything else. */
const PAYLOAD_NAME = /^\.\.\d{4}_\d\d_\d\d_\d\d_\d\d_\d\d\.[0-9a-f]{10}$/;

/** A name that no other payload has. */
export function newPayloadName(now: Date): string {
  const random = crypto.getRandomValues(new Uint8Array(5));
  return payloadDirectoryName(now, Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join(''));
}

export function isPayloadDirectoryName(name: string): boolean {
  return PAYLOAD_NAME.test(name);
}

/** `..2026_11_23_14_40_05.123456789`-like name of a payload directory: sorts by time, never taken for a file of the pod. */
export function payloadDirectoryName(now: Date, random: string): string {
  const [date = '', time = ''] = now.toISOString().split('T');
  return `..${date.replaceAll('-', '_')}_${time.slice(0, 8).replaceAll(':', '_')}.${random}`;
}

/** A volume must hold two payloads at once while one replaces the other, and small files of the pod beside them. */
const MIN_TMPFS_BYTES = 4 * 1024 * 1024;
/** The largest page of a kernel in use (arm64); where pages are smaller, a little more is allowed than needed. */
const PAGE_BYTES = 65_536;

/** Size for a volume's tmpfs: bounded by what it has to hold. Memory is only used for what is really written. */
export function tmpfsSize(fileSizes: readonly number[]): number {
  const pages = fileSizes.reduce((sum, size) => sum + Math.ceil(size / PAGE_BYTES) + 1, 0);
  return Math.max(MIN_TMPFS_BYTES, pages * PAGE_BYTES * 4);
}

/** For the pod's own files, and what selections may find later. */
const SPARE_INODES = 65_536;

/**
 * How many files, directories and links a volume's tmpfs may have. Left to the kernel it would be as many as half of the
 * node's memory has pages, and empty ones take no room of the volume's: whoever goes through a volume, at an unmount or a
 * rotation, would go through all that a container may have made.
 */
export function tmpfsInodes(paths: readonly string[]): number {
  // Two payloads at once, with a directory for each part of a path, and links at the top.
  return SPARE_INODES + paths.reduce((sum, path) => sum + 3 * path.split('/').length, 0);
}
