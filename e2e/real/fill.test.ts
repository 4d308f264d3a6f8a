import { ClientSecretCredential } from '@azure/identity';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LoopbackAgent, throughAgent } from '../mock/loopback.ts';
import { type Mock, startMock } from '../mock/mock.ts';
import { principalOf } from '../mock/seed.ts';
import { type VaultClients, vaultClients } from './clients.ts';
import { emptyVault, fillVault } from './fill.ts';
import { exampleObjects, exampleVaults } from './objects.ts';

let mock: Mock;
let agent: LoopbackAgent;

beforeAll(async () => {
  mock = await startMock({ tls: ['127.0.0.1:0'] });
  agent = new LoopbackAgent(mock);
});
afterAll(async () => {
  agent.destroy();
  await mock.close();
});

function clientsOf(vault: string): VaultClients {
  const options = { additionalPolicies: [throughAgent(agent)], retryOptions: { maxRetries: 0 } };
  const { tenant, clientId, secrets } = principalOf(mock.seed, 'writer');
  const credential = new ClientSecretCredential(tenant, clientId, secrets[0] ?? '', options);
  return vaultClients(vault, credential, options);
}

test.each(exampleVaults)('%s is filled, filled again, and left as it was', async (vault) => {
  const clients = clientsOf(vault);
  const objects = exampleObjects[vault];
  const before = await namesIn(clients);
  await fillVault(clients, objects);
  await fillVault(clients, objects);

  for (const [name, { value, contentType, tags }] of Object.entries(objects.secrets)) {
    const { properties, ...secret } = await clients.secrets.getSecret(name);
    expect(secret.value).toBe(value);
    expect(properties).toMatchObject({ ...(contentType && { contentType }), ...(tags && { tags }) });
  }
  for (const [name, { kty }] of Object.entries(objects.keys))
    expect((await clients.keys.getKey(name)).keyType).toBe(kty);
  for (const [name, { cer, secret, contentType }] of Object.entries(objects.certificates)) {
    expect(Buffer.from((await clients.certificates.getCertificate(name)).cer ?? []).toString('base64')).toBe(
      cer,
    );
    expect(await clients.secrets.getSecret(name)).toMatchObject({
      value: secret,
      properties: { contentType },
    });
  }

  await emptyVault(clients, objects, 10);
  await emptyVault(clients, objects, 10);
  expect(await namesIn(clients)).toEqual(before);
});

async function namesIn({ secrets, keys, certificates }: VaultClients): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of secrets.listPropertiesOfSecrets()) names.push(`secret ${name}`);
  for await (const { name } of keys.listPropertiesOfKeys()) names.push(`key ${name}`);
  for await (const { name } of certificates.listPropertiesOfCertificates()) names.push(`cert ${name}`);
  return names;
}
