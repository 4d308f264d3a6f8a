import * as system from 'front:system';
import { mountsBy } from '../../volume/kernel-mounts.ts';
import type { Mounts } from '../../volume/mounts.ts';

/** Mounts by system calls. */
export function systemCallMounts(): Mounts {
  return mountsBy({
    mount: (source, target, type, flags, data) => errorOf(system.mount(source, target, type, flags, data)),
    umount: (target, flags) => errorOf(system.umount(target, flags)),
  });
}

function errorOf(result: number): string | undefined {
  return result < 0 ? system.errnoName(-result) : undefined;
}
