import * as native from 'runtime:crypto';
import { bufferOf, bytesOf, coded, type Data, known } from './hashes.ts';
import { KeyObject } from './private-keys.ts';

/**
 * As much of `node:crypto` as the sources use, by the host's primitives. Errors have Node's codes where the sources read
 * them; their texts are this runtime's own.
 */
export { createHash, createHmac, hash } from './hashes.ts';
export { createPrivateKey, createPublicKey, KeyObject } from './private-keys.ts';
export { X509Certificate } from './x509-certificate.ts';

/** Rounds of a derivation between two turns of the event loop; they take a few milliseconds. */
const ROUNDS_OF_A_TURN = 10_000;

/** PBKDF2 (RFC 8018 section 5.2). Timers and answers have their turn meanwhile, as Node derives on another thread. */
export function pbkdf2(
  password: Data,
  salt: Data,
  iterations: number,
  size: number,
  digest: string,
  done: (error: Error | null, key: Buffer) => void,
): void {
  derive(bytesOf(password), bytesOf(salt), iterations, size, digest).then(
    (key) => done(null, key),
    (error: Error) => done(error, Buffer.alloc(0)),
  );
}

async function derive(
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  size: number,
  digest: string,
): Promise<Buffer> {
  const blocks: Uint8Array[] = [];
  let turn = ROUNDS_OF_A_TURN;
  for (let length = 0; length < size; length += blocks.at(-1)?.length ?? size) {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(blocks.length + 1, 0);
    const first = known(native.hmac(digest, password, Buffer.concat([salt, number])));
    let state: Uint8Array = Buffer.concat([first, first]);
    for (let left = iterations - 1; left > 0; ) {
      const rounds = Math.min(left, turn);
      state = known(native.pbkdf2Rounds(digest, password, state, rounds));
      left -= rounds;
      turn -= rounds;
      if (turn > 0) continue;
      turn = ROUNDS_OF_A_TURN;
      await new Promise((resolve) => setImmediate(resolve));
    }
    blocks.push(state.subarray(first.length));
  }
  return Buffer.concat(blocks).subarray(0, size);
}

class Cipher {
  readonly #chunks: Uint8Array[] = [];
  readonly #run: (data: Uint8Array) => Uint8Array | undefined;

  constructor(run: (data: Uint8Array) => Uint8Array | undefined) {
    this.#run = run;
  }

  /** @returns nothing yet: `final` answers all */
  update(data: Uint8Array): Buffer {
    this.#chunks.push(data);
    return Buffer.alloc(0);
  }

  /** @throws Error when the padding is wrong */
  final(): Buffer {
    const result = this.#run(Buffer.concat(this.#chunks));
    if (result === undefined) throw coded('bad decrypt', 'ERR_OSSL_BAD_DECRYPT');
    return bufferOf(result);
  }
}

export function createCipheriv(name: string, key: Uint8Array, iv: Uint8Array): Cipher {
  return cipherOf(true, name, key, iv);
}

export function createDecipheriv(name: string, key: Uint8Array, iv: Uint8Array): Cipher {
  return cipherOf(false, name, key, iv);
}

function cipherOf(encrypt: boolean, name: string, key: Uint8Array, iv: Uint8Array): Cipher {
  // Encrypting nothing fails for an unknown cipher, and for a key or an IV of the wrong size.
  if (native.cipher(name, true, key, iv, new Uint8Array()) === undefined)
    throw coded('Invalid cipher, key length or initialization vector', 'ERR_CRYPTO_INVALID_KEYLEN');
  return new Cipher((data) => native.cipher(name, encrypt, key, iv, data));
}

/** The numbers are OpenSSL's. */
export const constants = { RSA_PKCS1_PADDING: 1, RSA_PKCS1_PSS_PADDING: 6, RSA_PSS_SALTLEN_DIGEST: -1 };

/** RSA with SHA-256; with PSS the salt is as long as the digest. */
export function sign(
  algorithm: 'sha256',
  data: Uint8Array,
  { key, padding }: { key: KeyObject; padding: number; saltLength?: number },
): Buffer {
  const signature = native.sign(padding === constants.RSA_PKCS1_PSS_PADDING, KeyObject.bytesOf(key), data);
  if (signature === undefined)
    throw coded(`this key cannot sign with ${algorithm}`, 'ERR_CRYPTO_OPERATION_FAILED');
  return bufferOf(signature);
}

export function randomBytes(size: number): Buffer {
  return Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(size)).buffer);
}

export function randomUUID(): string {
  return globalThis.crypto.randomUUID();
}

export function timingSafeEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length)
    throw Object.assign(new RangeError('Input buffers must have the same byte length'), {
      code: 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH',
    });
  return one.reduce((difference, byte, index) => difference | (byte ^ (other[index] ?? 0)), 0) === 0;
}
