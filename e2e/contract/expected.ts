import { createPublicKey } from 'node:crypto';
import type { Seed } from '../mock/seed/schema.ts';
import { derOf, keyOf, secretOf } from '../mock/seed.ts';

/** What the file of an object must hold, from the seed's own material; keys as OpenSSL encodes them. */
export function expectedBytes(
  seed: Seed,
  type: string,
  name: string,
  version?: string,
  vault = 'testkv',
): Buffer {
  switch (type) {
    case 'secret':
      return Buffer.from(secretOf(seed, vault, name, version).value);
    case 'cert':
      return derOf(seed, vault, name, version);
    case 'key':
      return Buffer.from(publicKeyPem(keyOf(seed, vault, name, version).key));
    default:
      throw new Error(`unknown type ${type}`);
  }
}

function publicKeyPem(published: { kty: string; [field: string]: unknown }): string {
  const { kty, n, e, crv, x, y } = published as Record<string, string> & { kty: string };
  // OpenSSL has no -HSM types, and its own name for P-256K.
  const jwk = { kty: kty.replace('-HSM', ''), n, e, crv: crv === 'P-256K' ? 'secp256k1' : crv, x, y };
  const defined = Object.fromEntries(Object.entries(jwk).filter(([, value]) => value !== undefined));
  return createPublicKey({ key: defined, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
}
