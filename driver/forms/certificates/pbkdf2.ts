import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { Digest } from './pkcs12-key.ts';

const derive = promisify(pbkdf2);

/** Derives a key from a password (RFC 8018 section 5.2). Timers, such as the deadline, have their turn meanwhile. */
export function derivePbkdf2(
  password: string,
  salt: Uint8Array,
  iterations: number,
  size: number,
  digest: Digest,
): Promise<Uint8Array> {
  return derive(password, salt, iterations, size, digest);
}
