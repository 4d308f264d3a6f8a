import type { KeyObject } from 'node:crypto';
import type { KeyVersion } from '../seed/schema.ts';

const RSA_OPERATIONS = ['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey'];
const EC_OPERATIONS = ['sign', 'verify'];

// Key Vault says P-256K where JOSE (RFC 8812) and Node say secp256k1.
const CURVE_NAMES: Record<string, string> = { secp256k1: 'P-256K' };

/** The public JWK in Key Vault's field order. `kty` may carry the service's `-HSM` mark. */
export function publicJwk(key: KeyObject, kty?: string): KeyVersion['key'] {
  const { kty: kind, n, e, crv = '', x, y } = key.export({ format: 'jwk' });
  if (kind === 'RSA') return { kty: kty ?? kind, key_ops: RSA_OPERATIONS, n, e };
  return { kty: kty ?? kind ?? '', key_ops: EC_OPERATIONS, crv: CURVE_NAMES[crv] ?? crv, x, y };
}
