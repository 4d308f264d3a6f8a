import type { Breathe } from '../../ports.ts';
import { hashRepeatedly } from './repeated-hash.ts';

/** What a key is derived for (RFC 7292 appendix B.3). */
export type Purpose = 'key' | 'iv' | 'mac';

export type Digest = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';

const purposeIds: Readonly<Record<Purpose, number>> = { key: 1, iv: 2, mac: 3 };

/**
 * Derives bytes from a password as in RFC 7292 appendix B.2. The runtime's digests do the rounds: in JavaScript, as
 * PKCS#12 libraries have them, they would take a mount several hundred milliseconds.
 * @param password null means none at all, which derives other bytes than an empty one
 * @param size bytes wanted
 * @param breathe is called every few rounds: a container's author says how many there are
 */
export async function derivePkcs12(
  digest: Digest,
  password: string | null,
  salt: Uint8Array,
  iterations: number,
  purpose: Purpose,
  size: number,
  breathe: Breathe,
): Promise<Uint8Array> {
  const block = digest === 'sha384' || digest === 'sha512' ? 128 : 64;
  const diversifier = Buffer.alloc(block, purposeIds[purpose]);
  const input = Buffer.concat([filled(salt, block), filled(bmpString(password), block)]);
  const derived: Buffer[] = [];
  for (let length = 0; length < size; ) {
    const hash = await hashRepeatedly(digest, Buffer.concat([diversifier, input]), iterations, breathe);
    derived.push(hash);
    length += hash.length;
    const addend = filled(hash, block).subarray(0, block);
    for (let start = 0; start < input.length; start += block)
      addOne(input.subarray(start, start + block), addend);
  }
  return Buffer.concat(derived).subarray(0, size);
}

/** UTF-16, big-endian, with a terminating zero. */
function bmpString(password: string | null): Uint8Array {
  return password === null ? Buffer.alloc(0) : Buffer.from(`${password}\0`, 'utf16le').swap16();
}

/** Repeated to a whole number of blocks. */
function filled(bytes: Uint8Array, block: number): Buffer {
  const size = block * Math.ceil(bytes.length / block);
  return size === 0 ? Buffer.alloc(0) : Buffer.alloc(size, bytes);
}

/** `target += addend + 1`, big-endian, modulo its size. */
function addOne(target: Buffer, addend: Buffer): void {
  let carry = 1;
  for (let index = target.length - 1; index >= 0; index--) {
    carry += (target[index] ?? 0) + (addend[index] ?? 0);
    target[index] = carry & 0xff;
    carry >>= 8;
  }
}
