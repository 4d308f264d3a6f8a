import type { JsonWebKey } from '@azure/keyvault-keys';
import { DriverError } from '../errors.ts';
import type { PublicKey } from '../ports.ts';

/** @throws DriverError `ObjectUnsupported` for a key without a public part, such as `oct-HSM` */
export function publicKeyOf(jwk: JsonWebKey | undefined): PublicKey {
  const { kty, n, e, crv, x, y } = jwk ?? {};
  if ((kty === 'RSA' || kty === 'RSA-HSM') && n && e) return { kty: 'RSA', n, e };
  if ((kty === 'EC' || kty === 'EC-HSM') && crv && x && y) return { kty: 'EC', crv, x, y };
  const shown = /^[A-Za-z-]{1,20}$/.exec(kty ?? '')?.[0] ?? 'unknown';
  throw new DriverError(
    'ObjectUnsupported',
    `it is of type ${shown}, which has no public key; only RSA and EC keys can be projected`,
  );
}
