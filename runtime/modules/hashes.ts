import * as native from 'runtime:crypto';
import * as system from 'runtime:system';

/** Digests of `node:crypto`: all that most call-outs need of it. */

export type Data = string | Uint8Array;
type Encoding = 'hex' | 'base64' | 'base64url';

class Digesting {
  readonly #chunks: Uint8Array[] = [];
  readonly #compute: (data: Uint8Array) => Uint8Array | undefined;

  constructor(compute: (data: Uint8Array) => Uint8Array | undefined) {
    this.#compute = compute;
  }

  update(data: Data): this {
    this.#chunks.push(bytesOf(data));
    return this;
  }

  digest(): Buffer;
  digest(encoding: Encoding): string;
  digest(encoding?: Encoding): Buffer | string {
    const digest = known(this.#compute(Buffer.concat(this.#chunks)));
    return encoding === undefined ? digest : digest.toString(encoding);
  }
}

export function createHash(algorithm: string): Digesting {
  known(native.hash(algorithm, new Uint8Array()));
  return new Digesting((data) => native.hash(algorithm, data));
}

export function createHmac(algorithm: string, key: Data): Digesting {
  const keyBytes = bytesOf(key);
  known(native.hmac(algorithm, keyBytes, new Uint8Array()));
  return new Digesting((data) => native.hmac(algorithm, keyBytes, data));
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
  if (bytes === undefined) throw coded('Invalid digest', 'ERR_CRYPTO_INVALID_DIGEST');
  return bufferOf(bytes);
}

export function coded(text: string, code: string): Error {
  return Object.assign(new Error(text), { code });
}
