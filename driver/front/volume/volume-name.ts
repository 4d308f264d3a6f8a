import { sha256 } from '@noble/hashes/sha2.js';

/**
 * The same as `driver/volume/volume-name.ts` gives: of SHA-256 of a volume's target the first 128 bits, in hexadecimal.
 */
export async function volumeName(target: string): Promise<string> {
  return Buffer.from(sha256(new TextEncoder().encode(target)))
    .toString('hex')
    .slice(0, 32);
}
