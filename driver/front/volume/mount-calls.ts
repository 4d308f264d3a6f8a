import * as system from 'front:system';
import { DriverError } from '../../errors.ts';
import { MOUNT_SOURCE, type Mounts, tmpfsData } from '../../volume/mounts.ts';

/** Flags of mount(2) and umount2(2). Source: include/uapi/linux/mount.h, include/linux/fs.h. */
const MS_RDONLY = 0x1;
const SAFE_FLAGS = 0x2 | 0x4 | 0x8; // MS_NOSUID, MS_NODEV, MS_NOEXEC
const MS_REMOUNT = 0x20;
const MS_BIND = 0x1000;
const MNT_DETACH = 0x2;
const UMOUNT_NOFOLLOW = 0x8;

/** Mounts by system calls. */
export function systemCallMounts(): Mounts {
  return {
    async tmpfs(directory, options) {
      mount(MOUNT_SOURCE, directory, 'tmpfs', SAFE_FLAGS, tmpfsData(options));
    },
    async bind(source, target, access) {
      mount(source, target, '', MS_BIND);
      // The remount drops the flags that it does not name.
      if (access === 'ro') mount('', target, '', MS_REMOUNT | MS_BIND | MS_RDONLY | SAFE_FLAGS);
    },
    async unmount(directory, lazy = false) {
      const result = system.umount(directory, UMOUNT_NOFOLLOW | (lazy ? MNT_DETACH : 0));
      if (result < 0) throw failed(`unmounting ${directory}`, result);
    },
  };
}

function mount(source: string, target: string, type: string, flags: number, data = ''): void {
  const result = system.mount(source, target, type, flags, data);
  if (result < 0) throw failed(`mount of ${type || source} on ${target}`, result);
}

function failed(what: string, result: number): DriverError {
  return new DriverError('VolumeFailed', `${what} failed (${system.errnoName(-result)})`);
}
