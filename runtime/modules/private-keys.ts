import { cipher, hash, keyType, publicKey, toPkcs8 } from 'runtime:crypto';
import * as system from 'runtime:system';

/** `KeyObject`, `createPrivateKey` and `createPublicKey` of `node:crypto`, as far as the sources use them. */

/** A private key, or the public half of one. */
export class KeyObject {
  readonly type: 'private' | 'public';
  readonly asymmetricKeyType: string;
  /** PKCS#8 of a private key. */
  readonly #pkcs8: Uint8Array;
  readonly #spki: Uint8Array;

  /** @throws Error when `pkcs8` is no key, or one whose public half is unknown */
  constructor(type: 'private' | 'public', pkcs8: Uint8Array) {
    const [kind, spki] = [keyType(pkcs8), publicKey(pkcs8)];
    if (kind === undefined || spki === undefined) throw unreadable();
    this.type = type;
    this.asymmetricKeyType = kind;
    this.#pkcs8 = pkcs8;
    this.#spki = spki;
  }

  /** PKCS#8 of a private key, SubjectPublicKeyInfo of a public one. */
  export(_: { format: 'der'; type: 'pkcs8' | 'spki' }): Buffer {
    return Buffer.from(this.type === 'private' ? this.#pkcs8 : this.#spki);
  }

  /** PKCS#8 of a key, for `sign` and `createPublicKey`. */
  static bytesOf(key: KeyObject): Uint8Array {
    return key.#pkcs8;
  }
}

interface KeyInput {
  /** PEM text, or DER. */
  readonly key: string | Uint8Array;
  readonly format?: 'pem' | 'der';
  readonly type?: 'pkcs8' | 'pkcs1' | 'sec1';
  /** Of a traditional PEM block. */
  readonly passphrase?: string;
}

const PEM = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----([\s\S]+?)-----END \1-----/;

/** Kinds of PEM blocks; Node opens `ENCRYPTED PRIVATE KEY` too, which the sources open themselves. */
const kinds: Readonly<Record<string, 'pkcs8' | 'pkcs1' | 'sec1'>> = {
  'PRIVATE KEY': 'pkcs8',
  'RSA PRIVATE KEY': 'pkcs1',
  'EC PRIVATE KEY': 'sec1',
};

export function createPrivateKey({ key, type = 'pkcs8', passphrase }: KeyInput): KeyObject {
  if (typeof key !== 'string') return keyOf(type, key);
  const [, label = '', body = ''] = PEM.exec(key) ?? [];
  const kind = kinds[label];
  if (kind === undefined) throw unreadable();
  const [encoded = '', ...headers] = body
    .trim()
    .split(/\r?\n[ \t]*\r?\n/)
    .toReversed();
  const bytes = Buffer.from(encoded, 'base64');
  return keyOf(kind, headers.length === 0 ? bytes : decrypted(headers.join('\n'), bytes, passphrase));
}

export function createPublicKey(key: KeyObject): KeyObject {
  return new KeyObject('public', KeyObject.bytesOf(key));
}

function keyOf(kind: 'pkcs8' | 'pkcs1' | 'sec1', bytes: Uint8Array): KeyObject {
  const pkcs8 = kind === 'pkcs8' ? Uint8Array.from(bytes) : toPkcs8(kind, bytes);
  if (pkcs8 === undefined) throw unreadable();
  return new KeyObject('private', pkcs8);
}

/** Bytes of a key by the cipher's name in DEK-Info (RFC 1423 section 1.1, and OpenSSL's names). */
const keySizes: Readonly<Record<string, number>> = {
  'aes-128-cbc': 16,
  'aes-192-cbc': 24,
  'aes-256-cbc': 32,
  'des-cbc': 8,
  'des-ede3-cbc': 24,
};

/** Decrypts the body of a traditional PEM block (RFC 1421 section 4.6, RFC 1423). */
function decrypted(headers: string, body: Uint8Array, passphrase: string | undefined): Uint8Array {
  if (!/^Proc-Type: *4, *ENCRYPTED/m.test(headers)) return body;
  const [, name = '', digits = ''] = /^DEK-Info: *([A-Z0-9-]+), *([0-9A-Fa-f]+)/m.exec(headers) ?? [];
  const size = keySizes[name.toLowerCase()];
  if (size === undefined || passphrase === undefined) throw unreadable();
  const iv = Buffer.from(digits, 'hex');
  const key = bytesToKey(passphrase, iv.subarray(0, 8), size);
  const plain = cipher(name.toLowerCase(), false, key, iv, body);
  if (plain === undefined) throw unreadable();
  return plain;
}

/** OpenSSL's EVP_BytesToKey with MD5 and one round, which its traditional PEM blocks use. */
function bytesToKey(passphrase: string, salt: Uint8Array, size: number): Uint8Array {
  const password = system.encodeUtf8(passphrase);
  let key = Buffer.alloc(0);
  let last: Uint8Array = Buffer.alloc(0);
  while (key.length < size) {
    last = hash('md5', Buffer.concat([last, password, salt])) ?? last;
    key = Buffer.concat([key, last]);
  }
  return key.subarray(0, size);
}

function unreadable(): Error {
  return Object.assign(new Error('the private key cannot be read'), { code: 'ERR_OSSL_UNSUPPORTED' });
}
