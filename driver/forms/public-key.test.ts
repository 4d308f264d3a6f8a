import { createPublicKey, generateKeyPairSync, type webcrypto } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { PublicKey } from '../ports.ts';
import { publicKeyDer, publicKeyJwk, publicKeyPem } from './public-key.ts';

const curves = ['P-256', 'P-256K', 'P-384', 'P-521'];

/** What OpenSSL writes for the same key: `spki` is SubjectPublicKeyInfo. */
function opensslPem(jwk: webcrypto.JsonWebKey): string {
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
}

const bytes = (base64url: string | undefined) => new Uint8Array(Buffer.from(base64url ?? '', 'base64url'));
const base64url = (value: Uint8Array) => Buffer.from(value).toString('base64url');

describe('an RSA key is written as OpenSSL writes it', () => {
  test.each([
    [2048, 65537],
    [2048, 3],
    [3072, 65537],
    [4096, 65537],
  ])('%i bits, exponent %i', (modulusLength, publicExponent) => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength, publicExponent });
    const jwk = publicKey.export({ format: 'jwk' });
    expect(publicKeyPem({ kty: 'RSA', n: bytes(jwk.n), e: bytes(jwk.e) })).toBe(opensslPem(jwk));
  });

  // A fixed pattern stands for the modulus: only its bytes matter for the encoding.
  const modulus = Uint8Array.from({ length: 256 }, (_, index) => (index * 7 + 129) & 0xff);
  const e = Uint8Array.of(1, 0, 1);
  test.each<[string, Uint8Array, Uint8Array]>([
    ['whose highest bit is set', modulus, e],
    ['whose highest bit is not set', Uint8Array.of(0x7f, ...modulus), e],
    ['that starts with a zero byte', Uint8Array.of(0, ...modulus), e],
    ['that starts with many zero bytes', Uint8Array.of(0, 0, 0, 0, 0x01, ...modulus), e],
    ['whose exponent starts with zero bytes', modulus, Uint8Array.of(0, 0, 3)],
    ['whose exponent has the highest bit set', modulus, Uint8Array.of(0x80, 0x01)],
  ])('with a modulus %s', (_, n, exponent) => {
    const jwk = { kty: 'RSA', n: base64url(n), e: base64url(exponent) };
    expect(publicKeyPem({ kty: 'RSA', n, e: exponent })).toBe(opensslPem(jwk));
  });
});

describe('an EC key is written as OpenSSL writes it', () => {
  test.each(curves)('%s', (crv) => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: opensslName(crv) });
    const jwk = publicKey.export({ format: 'jwk' });
    expect(publicKeyPem({ kty: 'EC', crv, x: bytes(jwk.x), y: bytes(jwk.y) })).toBe(opensslPem(jwk));
  });

  test.each(curves)('%s, with the leading zero of a coordinate dropped', (crv) => {
    const jwk = keyWithLeadingZero(crv);
    const x = bytes(jwk.x);
    expect(x[0]).toBe(0);
    expect(publicKeyPem({ kty: 'EC', crv, x: x.subarray(1), y: bytes(jwk.y) })).toBe(opensslPem(jwk));
  });
});

describe('a key that no curve fits is refused', () => {
  const x = new Uint8Array(32).fill(1);
  test.each<[string, PublicKey, string]>([
    [
      'an unknown curve',
      { kty: 'EC', crv: 'P-224', x, y: x },
      'a key has a curve that this driver does not know',
    ],
    [
      "a curve of OpenSSL's name",
      { kty: 'EC', crv: 'secp256k1', x, y: x },
      'a key has a curve that this driver does not know',
    ],
    [
      'a curve every object has',
      { kty: 'EC', crv: 'constructor', x, y: x },
      'a key has a curve that this driver does not know',
    ],
    [
      'a coordinate that is too long',
      { kty: 'EC', crv: 'P-256', x: new Uint8Array(33), y: x },
      'a key has a coordinate that does not fit its curve',
    ],
  ])('%s', (_, key, message) => {
    expect(() => publicKeyPem(key)).toThrow(expect.objectContaining({ code: 'ObjectUnsupported', message }));
  });
});

/** OpenSSL has another name for one of Key Vault's curves. */
function opensslName(crv: string): string {
  return crv === 'P-256K' ? 'secp256k1' : crv;
}

/** One key in 256 has such an x (of P-521, where the first byte holds one bit, every other). */
function keyWithLeadingZero(crv: string): webcrypto.JsonWebKey {
  for (;;) {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: opensslName(crv) });
    const jwk = publicKey.export({ format: 'jwk' });
    if (bytes(jwk.x)[0] === 0) return jwk;
  }
}

describe('a JWK has the registered members, and only the public ones', () => {
  test.each(curves)('of an EC key on %s', (crv) => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: opensslName(crv) });
    const jwk = publicKey.export({ format: 'jwk' });
    const text = publicKeyJwk({ kty: 'EC', crv, x: bytes(jwk.x), y: bytes(jwk.y) });
    expect(JSON.parse(text)).toEqual({ kty: 'EC', crv: jwk.crv, x: jwk.x, y: jwk.y });
    expect(text.endsWith('}\n')).toBe(true);
  });

  test('of an EC key with the leading zero of a coordinate dropped: it is put back', () => {
    const jwk = keyWithLeadingZero('P-256');
    const text = publicKeyJwk({ kty: 'EC', crv: 'P-256', x: bytes(jwk.x).subarray(1), y: bytes(jwk.y) });
    expect(JSON.parse(text)).toMatchObject({ x: jwk.x, y: jwk.y });
  });

  test('of an RSA key whose numbers start with zeros: they are left out', () => {
    const text = publicKeyJwk({ kty: 'RSA', n: Uint8Array.of(0, 0xff, 0xfe), e: Uint8Array.of(0, 1, 0, 1) });
    expect(text).toBe('{"kty":"RSA","n":"__4","e":"AQAB"}\n');
  });
});

test('SECP256K1 is another name of P-256K', () => {
  const [x, y] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const key = (crv: string) => ({ kty: 'EC' as const, crv, x, y });
  for (const encode of [publicKeyDer, publicKeyPem, publicKeyJwk])
    expect(encode(key('SECP256K1'))).toEqual(encode(key('P-256K')));
});
