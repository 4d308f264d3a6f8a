import * as native from 'runtime:crypto';
import * as system from 'runtime:system';

/** Digests of `node:crypto`: all that most call-outs need of it. */

export type Data = string | Uint8Array;
type Encoding = 'hex' | 'base64' | 'base64url';

/** What `createHash` and `createHmac` give. */
class Digesting {
  readonly #update: (data: Uint8Array) => void;
  readonly #compute: () => Uint8Array | undefined;

  constructor(update: (data: Uint8Array) => void, compute: () => Uint8Array | undefined) {
    this.#update = update;
    this.#compute = compute;
  }

  update(data: Data): this {
    this.#update(bytesOf(data));
    return this;
  }

  digest(): Buffer;
  digest(encoding: Encoding): string;
  digest(encoding?: Encoding): Buffer | string {
    const digest = known(this.#compute());
    return encoding === undefined ? digest : digest.toString(encoding);
  }
}

/** Data may be of any length: no more of it is kept than a part. */
export function createHash(algorithm: string): Digesting {
  const hashing = native.hashParts(algorithm);
  if (hashing === undefined) throw unknownDigest();
  return new Digesting(hashing, hashing);
}

/** Data is little: all of it is kept. */
export function createHmac(algorithm: string, key: Data): Digesting {
  const keyBytes = bytesOf(key);
  known(native.hmac(algorithm, keyBytes, new Uint8Array()));
  const chunks: Uint8Array[] = [];
  return new Digesting(
    // The caller may write over its own.
    (data) => void chunks.push(data.slice()),
    () => native.hmac(algorithm, keyBytes, Buffer.concat(chunks)),
  );
}

export function hash(algorithm: string, data: Data, encoding: 'buffer'): Buffer;
export function hash(algorithm: string, data: Data, encoding?: Encoding): string;
export function hash(algorithm: string, data: Data, encoding: Encoding | 'buffer' = 'hex'): Buffer | string {
  const digest = known(native.hash(algorithm, bytesOf(data)));
  return encoding === 'buffer' ? digest : digest.toString(encoding);
}

export function bytesOf(data: Data): Uint8Array {
  return typeof data === 'string' ? system.encodeUtf8(data) : data;
}

export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @throws Error when the host does not know the digest */
export function known(bytes: Uint8Array | undefined): Buffer {
  if (bytes === undefined) throw unknownDigest();
  return bufferOf(bytes);
}

function unknownDigest(): Error {
  return coded('Invalid digest', 'ERR_CRYPTO_INVALID_DIGEST');
}

export function coded(text: string, code: string): Error {
  return Object.assign(new Error(text), { code });
}
