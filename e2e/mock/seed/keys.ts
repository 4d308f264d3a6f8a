import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { publicJwk } from '../vault/jwk.ts';
import { attributesOf, versionId } from './identifiers.ts';
import type { KeyVersion } from './schema.ts';

const rsa = (bits: number) => (): KeyObject => generateKeyPairSync('rsa', { modulusLength: bits }).publicKey;
const ec = (curve: string) => (): KeyObject => generateKeyPairSync('ec', { namedCurve: curve }).publicKey;

const TEST_KEYS: Record<
  string,
  { make: () => KeyObject; kty?: string; versions?: number; enabled?: boolean }
> = {
  'rsa-2048': { make: rsa(2048), versions: 2 },
  'rsa-4096': { make: rsa(4096) },
  'rsa-hsm': { make: rsa(2048), kty: 'RSA-HSM' },
  'ec-p256': { make: ec('P-256'), versions: 2 },
  'ec-p384': { make: ec('P-384') },
  'ec-p521': { make: ec('P-521') },
  'ec-p256k': { make: ec('secp256k1') },
  'ec-hsm': { make: ec('P-256'), kty: 'EC-HSM' },
  'disabled-key': { make: ec('P-256'), enabled: false },
};

function generated(vault: string): Record<string, KeyVersion[]> {
  return Object.fromEntries(
    Object.entries(TEST_KEYS).map(([name, { make, kty, versions = 1, enabled = true }]) => [
      name,
      Array.from({ length: versions }, (_, index) => ({
        version: versionId(vault, 'keys', name, index),
        attributes: attributesOf(index, { enabled }),
        key: publicJwk(make(), kty),
      })),
    ]),
  );
}

/** A symmetric key never leaves its HSM: the service shows its identity and operations only. */
function symmetric(vault: string): KeyVersion[] {
  return [
    {
      version: versionId(vault, 'keys', 'oct-hsm', 0),
      attributes: attributesOf(0),
      key: { kty: 'oct-HSM', key_ops: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] },
    },
  ];
}

export const testKeys: Record<string, KeyVersion[]> = {
  ...generated('testkv'),
  'oct-hsm': symmetric('testkv'),
};
