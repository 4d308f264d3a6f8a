import { dlopen, read } from 'bun:ffi';
import { DriverError } from '../errors.ts';
import { MOUNT_SOURCE, type Mounts, tmpfsData } from './mounts.ts';

/** Flags of mount(2) and umount2(2). Source: include/uapi/linux/mount.h, include/linux/fs.h. */
const MS_RDONLY = 0x1;
const SAFE_FLAGS = 0x2 | 0x4 | 0x8; // MS_NOSUID, MS_NODEV, MS_NOEXEC
const MS_REMOUNT = 0x20;
const MS_BIND = 0x1000;
const MNT_DETACH = 0x2;
const UMOUNT_NOFOLLOW = 0x8;

/** Mounts by the C library's functions; undefined where the runtime may not make the code that calls them. */
export function systemCallMounts(): Mounts | undefined {
  const libc = openLibrary();
  if (libc === undefined) return undefined;

  async function mount(source: string, target: string, type: string, flags: number, data = '') {
    const result = libc?.mount(text(source), text(target), text(type), flags, text(data));
    if (result !== 0) throw await failed(`mount of ${type || source} on ${target}`);
  }
  async function failed(what: string): Promise<DriverError> {
    const errno = read.i32(libc?.__errno_location() ?? 0, 0);
    // Loaded here: it takes 1 ms, as much as all mounts of a volume.
    const { getSystemErrorName } = await import('node:util');
    return new DriverError('VolumeFailed', `${what} failed (${getSystemErrorName(-errno)})`);
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
      const result = libc.umount2(text(directory), UMOUNT_NOFOLLOW | (lazy ? MNT_DETACH : 0));
      if (result !== 0) throw await failed(`unmounting ${directory}`);
    },
  };
}

function openLibrary() {
  try {
    return dlopen('libc.so.6', {
      mount: { args: ['ptr', 'ptr', 'ptr', 'u64', 'ptr'], returns: 'int' },
      umount2: { args: ['ptr', 'int'], returns: 'int' },
      __errno_location: { args: [], returns: 'ptr' },
    }).symbols;
  } catch {
    return undefined;
  }
}

/** As C has it. Paths have no NUL: kubelet's are arguments of this process, the others are ours. */
function text(value: string): Uint8Array {
  return new TextEncoder().encode(`${value}\0`);
}
