import * as system from 'runtime:system';
import { mountsBy } from '../kernel-mounts.ts';
import type { Mounts } from '../mounts.ts';

const bySystemCalls = mountsBy({
  mount: (source, target, type, flags, data) => errorOf(system.mount(source, target, type, flags, data)),
  umount: (target, flags) => errorOf(system.umount(target, flags)),
});

/** Mounts by system calls: what the executable has in place of `../way-to-mount.ts`. */
export async function mounts(): Promise<Mounts> {
  return bySystemCalls;
}

function errorOf(result: number): string | undefined {
  return result < 0 ? system.errnoName(-result) : undefined;
}
