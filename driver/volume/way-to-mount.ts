import type { Mounts } from './mounts.ts';

/** Node makes no mount(2): the executable has `native/way-to-mount.ts` in place of this. */
export async function mounts(): Promise<Mounts> {
  throw new Error('only the executable mounts');
}
