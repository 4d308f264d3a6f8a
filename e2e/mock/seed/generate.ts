// Writes e2e/mock/seed.json: `node e2e/mock/seed/generate.ts`. Ids and plain secrets stay the same, keys and
// certificates are made anew.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { exportJWK, generateKeyPair } from 'jose';
import { issue } from '../issue.ts';
import { testCertificates } from './certificates.ts';
import {
  clouds,
  FEDERATED_ISSUER,
  imds,
  permissions,
  podIdentities,
  principals,
  tenants,
  vaultTenant,
} from './identities.ts';
import { testKeys } from './keys.ts';
import { type Seed, type SeedVault, seedSchema } from './schema.ts';
import { fallbackSecrets, otherSecrets, testSecrets } from './secrets.ts';

const signing = await generateKeyPair('RS256', { extractable: true });
const federated = await generateKeyPair('RS256', { extractable: true });
const client = await issue('CN=certificate-application');

const vaultDefaults: Omit<SeedVault, 'name' | 'secrets'> = {
  tenant: vaultTenant,
  location: 'westeurope',
  authorization: 'policies',
  permissions,
  keys: {},
  certificates: {},
};

const seed: Seed = {
  signingKey: {
    ...(await exportJWK(signing.privateKey)),
    kty: 'RSA',
    kid: 'mock-entra-signing-key',
    alg: 'RS256',
    use: 'sig',
  },
  clouds,
  tenants,
  principals: principals(client.pem),
  issuers: {
    [FEDERATED_ISSUER]: {
      keys: [{ ...(await jwkOf(federated.publicKey)), kid: 'mock-cluster-key', alg: 'RS256', use: 'sig' }],
    },
  },
  podIdentities,
  imds,
  vaults: [
    {
      ...vaultDefaults,
      name: 'testkv',
      secrets: testSecrets,
      keys: testKeys,
      certificates: await testCertificates(),
    },
    {
      ...vaultDefaults,
      name: 'otherkv',
      location: 'northeurope',
      authorization: 'rbac',
      secrets: otherSecrets,
    },
    { ...vaultDefaults, name: 'fallbackkv', location: 'northeurope', secrets: fallbackSecrets },
  ],
  clients: {
    certificateKey: client.keyPem,
    federatedKey: { ...(await jwkOf(federated.privateKey)), kid: 'mock-cluster-key', alg: 'RS256' },
  },
};

async function jwkOf(key: CryptoKey): Promise<{ kty: string; [field: string]: unknown }> {
  const { kty = 'RSA', ...rest } = await exportJWK(key);
  return { kty, ...rest };
}

const path = join(import.meta.dirname, '..', 'seed.json');
await writeFile(path, `${JSON.stringify(seedSchema.parse(seed), null, 1)}\n`);
await execa('biome', ['format', '--write', path], { preferLocal: true });
console.log(`${path} written`);
