/** Names this driver's tmpfs mounts in /proc/self/mountinfo. */
export const MOUNT_SOURCE = 'keyvault-flexvol';

export interface TmpfsOptions {
  readonly sizeBytes: number;
  /** Files, directories and links that there may be. */
  readonly inodes: number;
  readonly rootMode: number;
  readonly noswap: boolean;
  /** SELinux context of all files; undefined where SELinux does not enforce. */
  readonly seLinuxContext: string | undefined;
}

/** Ways to mount. All mounts are `nosuid,nodev,noexec`. Each throws DriverError `VolumeFailed`. */
export interface Mounts {
  tmpfs(directory: string, options: TmpfsOptions): Promise<void>;
  /** `as-source` takes over the flags of the mount that `source` is, in the one step that makes the bind. */
  bind(source: string, target: string, access: 'ro' | 'as-source'): Promise<void>;
  /** `lazy` detaches a mount that is still in use; it goes when the last user does. */
  unmount(directory: string, lazy?: boolean): Promise<void>;
}

/** What tmpfs(5) itself takes of the options. */
export function tmpfsData({ sizeBytes, inodes, rootMode, noswap, seLinuxContext }: TmpfsOptions): string {
  const data = [`size=${sizeBytes}`, `nr_inodes=${inodes}`, `mode=${rootMode.toString(8)}`];
  if (noswap) data.push('noswap');
  if (seLinuxContext !== undefined) data.push(`context="${seLinuxContext}"`);
  return data.join(',');
}
