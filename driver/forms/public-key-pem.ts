import { DriverError } from '../errors.ts';
import type { PublicKey } from '../ports.ts';
import { bitString, integer, nullValue, objectIdentifier, sequence } from './der.ts';

/** Curves of Key Vault (JWK name) with their object identifier and the bytes of one coordinate. */
const curves: Readonly<Record<string, { oid: string; size: number }>> = {
  'P-256': { oid: '1.2.840.10045.3.1.7', size: 32 },
  'P-256K': { oid: '1.3.132.0.10', size: 32 },
  'P-384': { oid: '1.3.132.0.34', size: 48 },
  'P-521': { oid: '1.3.132.0.35', size: 66 },
};

/**
 * A public key as PEM SubjectPublicKeyInfo (RFC 5280 section 4.1, RFC 3279, RFC 5480).
 * Own encoding because the runtime's TLS library knows no P-256K.
 * @throws DriverError `ObjectUnsupported` for a curve that is not Key Vault's
 */
export function publicKeyPem(key: PublicKey): string {
  return pem('PUBLIC KEY', subjectPublicKeyInfo(key));
}

function subjectPublicKeyInfo(key: PublicKey): Uint8Array {
  if (key.kty === 'RSA') {
    const algorithm = sequence(objectIdentifier('1.2.840.113549.1.1.1'), nullValue);
    return sequence(algorithm, bitString(sequence(integer(key.n), integer(key.e))));
  }
  const curve = Object.hasOwn(curves, key.crv) ? curves[key.crv] : undefined;
  if (curve === undefined) {
    throw new DriverError('ObjectUnsupported', 'a key has a curve that this driver does not know');
  }
  const algorithm = sequence(objectIdentifier('1.2.840.10045.2.1'), objectIdentifier(curve.oid));
  const point = new Uint8Array(1 + 2 * curve.size);
  point[0] = 0x04;
  point.set(padded(key.x, curve.size), 1);
  point.set(padded(key.y, curve.size), 1 + curve.size);
  return sequence(algorithm, bitString(point));
}

/** Coordinates have a fixed length (RFC 7518 section 6.2.1.2), but a leading zero may have been dropped. */
function padded(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length > size)
    throw new DriverError('ObjectUnsupported', 'a key has a coordinate that does not fit its curve');
  const whole = new Uint8Array(size);
  whole.set(bytes, size - bytes.length);
  return whole;
}

function pem(label: string, der: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...der));
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
