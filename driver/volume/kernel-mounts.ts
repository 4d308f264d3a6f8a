import { DriverError } from '../errors.ts';
import { MOUNT_SOURCE, type Mounts, tmpfsData } from './mounts.ts';

/** Flags of mount(2) and umount2(2). Source: include/uapi/linux/mount.h, include/linux/fs.h. */
const MS_RDONLY = 0x1;
const SAFE_FLAGS = 0x2 | 0x4 | 0x8; // MS_NOSUID, MS_NODEV, MS_NOEXEC
const MS_REMOUNT = 0x20;
const MS_BIND = 0x1000;
const MNT_DETACH = 0x2;
const UMOUNT_NOFOLLOW = 0x8;

/** The two system calls, as a runtime makes them; each answers the name of its error, as EBUSY, or nothing. */
export interface MountCalls {
  mount(source: string, target: string, type: string, flags: number, data: string): Answer;
  umount(target: string, flags: number): Answer;
}

type Answer = string | undefined | Promise<string | undefined>;

/** Mounts by system calls. */
export function mountsBy(calls: MountCalls): Mounts {
  async function mount(source: string, target: string, type: string, flags: number, data = '') {
    expectDone(
      `mount of ${type || source} on ${target}`,
      await calls.mount(source, target, type, flags, data),
    );
  }
  return {
    async tmpfs(directory, options) {
      await mount(MOUNT_SOURCE, directory, 'tmpfs', SAFE_FLAGS, tmpfsData(options));
    },
    async bind(source, target, access) {
      await mount(source, target, '', MS_BIND);
      // The remount drops the flags that it does not name.
      if (access === 'ro') await mount('', target, '', MS_REMOUNT | MS_BIND | MS_RDONLY | SAFE_FLAGS);
    },
    async unmount(directory, lazy = false) {
      const flags = UMOUNT_NOFOLLOW | (lazy ? MNT_DETACH : 0);
      expectDone(`unmounting ${directory}`, await calls.umount(directory, flags));
    },
  };
}

function expectDone(what: string, error: string | undefined): void {
  if (error !== undefined) throw new DriverError('VolumeFailed', `${what} failed (${error})`);
}
