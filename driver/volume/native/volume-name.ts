import { hash } from 'runtime:crypto';
import { encodeUtf8 } from 'runtime:system';

/** The same as `../volume-name.ts` gives, without what else `node:crypto` has: each unmount needs it. */
export function volumeName(target: string): string {
  const digest = hash('sha256', encodeUtf8(target)) ?? new Uint8Array();
  return Buffer.from(digest).toString('hex').slice(0, 32);
}
