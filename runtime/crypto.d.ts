/**
 * Cryptographic primitives of the host (runtime/host/src/crypto). Digests and ciphers have Node's names. A call answers
 * `undefined` for a name that it does not know and for input of the wrong form.
 */
declare module 'runtime:crypto' {
  type Bytes = Uint8Array | undefined;

  export function hash(digest: string, data: Uint8Array): Bytes;
  /** A digest of data that comes in parts: a function that takes a part, and without one gives the digest. */
  export function hashParts(digest: string): ((part?: Uint8Array) => Bytes) | undefined;
  /** The digest of the digest of `data`, and so on, `rounds` times. */
  export function hashRepeatedly(digest: string, data: Uint8Array, rounds: number): Bytes;
  export function hmac(digest: string, key: Uint8Array, data: Uint8Array): Bytes;
  /** Continues one block of PBKDF2: `state` is the last U followed by the sum T (RFC 8018 section 5.2). */
  export function pbkdf2Rounds(
    digest: string,
    password: Uint8Array,
    state: Uint8Array,
    rounds: number,
  ): Bytes;

  /** CBC with PKCS#7 padding; `rc2-cbc` takes a key of any length. */
  export function cipher(
    name: string,
    encrypt: boolean,
    key: Uint8Array,
    iv: Uint8Array,
    data: Uint8Array,
  ): Bytes;

  /** A private key of a traditional PEM block in PKCS#8. */
  export function toPkcs8(kind: 'pkcs1' | 'sec1', der: Uint8Array): Bytes;
  /** `rsa`, `rsa-pss`, `ec`, `ed25519` or `ed448`. */
  export function keyType(pkcs8: Uint8Array): string | undefined;
  /** SubjectPublicKeyInfo of a private key, computed from its secret part; undefined for an unknown curve. */
  export function publicKey(pkcs8: Uint8Array): Bytes;
  /** A certificate without the bytes that follow it. */
  export function certificate(der: Uint8Array): Bytes;
  /** Whether a certificate has the public half of a private key. */
  export function fits(certificate: Uint8Array, pkcs8: Uint8Array): boolean;

  /** RSA with SHA-256: PSS with a salt as long as the digest, or PKCS#1 v1.5. */
  export function sign(pss: boolean, pkcs8: Uint8Array, data: Uint8Array): Bytes;
}
