import { createPublicKey } from 'node:crypto';
import type { KeyVaultKey } from '@azure/keyvault-keys';

/** SubjectPublicKeyInfo in PEM of a key as the SDK reads it, encoded by Node. */
export function publicKeyPem({ key }: KeyVaultKey): string {
  if (key === undefined) throw new Error('the vault gave no key');
  const { kty = '', crv, n, e, x, y } = key;
  const fields = Object.entries({ n, e, x, y }).flatMap(([name, bytes]) =>
    bytes === undefined ? [] : [[name, Buffer.from(bytes).toString('base64url')] as const],
  );
  const jwk = { kty: kty.replace('-HSM', ''), ...(crv ? { crv } : {}), ...Object.fromEntries(fields) };
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
}
