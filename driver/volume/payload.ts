/** What lies at the top of a volume, in the layout of kubelet's atomic writer (pkg/volume/util/atomic_writer.go). */
export interface PayloadLayout {
  /** Sub-directories of the payload, parents before children. */
  readonly directories: readonly string[];
  /** Names at the volume's root, each a symbolic link to `..data/<name>`. */
  readonly topLevelNames: readonly string[];
}

/** Plans the layout for files at these paths below the volume. */
export function planLayout(paths: readonly string[]): PayloadLayout {
  const directories = new Set<string>();
  const topLevelNames = new Set<string>();
  for (const path of paths) {
    const components = path.split('/');
    topLevelNames.add(components[0] ?? path);
    for (let depth = 1; depth < components.length; depth++)
      directories.add(components.slice(0, depth).join('/'));
  }
  return { directories: [...directories].sort(), topLevelNames: [...topLevelNames].sort() };
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
