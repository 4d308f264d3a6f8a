import { DriverError } from '../errors.ts';
import type { PublicKey } from '../ports.ts';
import { base64url } from './base64.ts';
import { bitString, integer, nullValue, objectIdentifier, sequence } from './der.ts';
import { pem } from './pem.ts';

/** Curves of Key Vault (its name): object identifier, bytes of one coordinate, registered JWK name (RFC 8812). */
const curves: Readonly<Record<string, { oid: string; size: number; jwk: string }>> = {
  'P-256': { oid: '1.2.840.10045.3.1.7', size: 32, jwk: 'P-256' },
  'P-256K': { oid: '1.3.132.0.10', size: 32, jwk: 'secp256k1' },
  // The name that Key Vault gave the same curve before it was released; some keys still have it.
  SECP256K1: { oid: '1.3.132.0.10', size: 32, jwk: 'secp256k1' },
  'P-384': { oid: '1.3.132.0.34', size: 48, jwk: 'P-384' },
  'P-521': { oid: '1.3.132.0.35', size: 66, jwk: 'P-521' },
};

/**
 * A public key as SubjectPublicKeyInfo, DER (RFC 5280 section 4.1, RFC 3279, RFC 5480).
 * Own encoding because the runtime's TLS library knows no P-256K.
 * @throws DriverError `ObjectUnsupported` for a curve that is not Key Vault's
 */
export function publicKeyDer(key: PublicKey): Uint8Array {
  if (key.kty === 'RSA') {
    const algorithm = sequence(objectIdentifier('1.2.840.113549.1.1.1'), nullValue);
    return sequence(algorithm, bitString(sequence(integer(key.n), integer(key.e))));
  }
  const { oid, size } = curveOf(key.crv);
  const algorithm = sequence(objectIdentifier('1.2.840.10045.2.1'), objectIdentifier(oid));
  const point = new Uint8Array(1 + 2 * size);
  point[0] = 0x04;
  point.set(padded(key.x, size), 1);
  point.set(padded(key.y, size), 1 + size);
  return sequence(algorithm, bitString(point));
}

/** The same as PEM, label `PUBLIC KEY`. */
export function publicKeyPem(key: PublicKey): string {
  return pem('PUBLIC KEY', publicKeyDer(key));
}

/**
 * A public key as JWK (RFC 7517, RFC 7518 section 6), one line. There is no `kid`: a token's `kid` is whatever its
 * signer chose, and a JWK with another one would not be tried for it.
 * @throws DriverError `ObjectUnsupported` for a curve that is not Key Vault's
 */
export function publicKeyJwk(key: PublicKey): string {
  if (key.kty === 'RSA') {
    return `${JSON.stringify({ kty: 'RSA', n: base64url(shortest(key.n)), e: base64url(shortest(key.e)) })}\n`;
  }
  const { jwk, size } = curveOf(key.crv);
  const [x, y] = [key.x, key.y].map((coordinate) => base64url(padded(coordinate, size)));
  return `${JSON.stringify({ kty: 'EC', crv: jwk, x, y })}\n`;
}

function curveOf(name: string) {
  const curve = Object.hasOwn(curves, name) ? curves[name] : undefined;
  if (curve === undefined) {
    throw new DriverError('ObjectUnsupported', 'a key has a curve that this driver does not know');
  }
  return curve;
}

/** Coordinates have a fixed length (RFC 7518 section 6.2.1.2), but a leading zero may have been dropped. */
function padded(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length > size)
    throw new DriverError('ObjectUnsupported', 'a key has a coordinate that does not fit its curve');
  const whole = new Uint8Array(size);
  whole.set(bytes, size - bytes.length);
  return whole;
}

/** Integers have no leading zeros (RFC 7518 section 2, Base64urlUInt). */
function shortest(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  return start === -1 ? Uint8Array.of(0) : bytes.subarray(start);
}
