import { ClientSecretCredential } from '@azure/identity';
import { CertificateClient, type ImportCertificateOptions } from '@azure/keyvault-certificates';
import { KeyClient } from '@azure/keyvault-keys';
import { SecretClient } from '@azure/keyvault-secrets';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { LoopbackAgent, throughAgent } from '../loopback.ts';
import { type Mock, startMock } from '../mock.ts';
import { certificateOf, derOf, principalOf } from '../seed.ts';

const VAULT = 'https://testkv.vault.azure.net';

let mock: Mock;
let agent: LoopbackAgent;

beforeAll(async () => {
  mock = await startMock({ tls: ['127.0.0.1:0'] });
  agent = new LoopbackAgent(mock);
});
afterEach(() => mock.reset());
afterAll(async () => {
  agent.destroy();
  await mock.close();
});

const options = () => ({ additionalPolicies: [throughAgent(agent)], retryOptions: { maxRetries: 0 } });

function credential(principal: string): ClientSecretCredential {
  const { tenant, clientId, secrets } = principalOf(mock.seed, principal);
  return new ClientSecretCredential(tenant, clientId, secrets[0] ?? '', options());
}

test('a secret is set with its tags and type, deleted and purged', async () => {
  const client = new SecretClient(VAULT, credential('writer'), options());
  const set = await client.setSecret('made', 'one', { contentType: 'text/plain', tags: { a: 'b' } });
  expect(set.properties).toMatchObject({ contentType: 'text/plain', tags: { a: 'b' }, enabled: true });
  await client.setSecret('made', 'two');
  expect((await client.getSecret('made')).value).toBe('two');
  expect((await client.getSecret('made', { version: set.properties.version ?? '' })).value).toBe('one');

  const deletion = await client.beginDeleteSecret('made', { intervalInMs: 10 });
  await deletion.pollUntilDone();
  await expect(client.getSecret('made')).rejects.toMatchObject({ statusCode: 404 });
  await client.purgeDeletedSecret('made');
  await expect(client.getDeletedSecret('made')).rejects.toMatchObject({ statusCode: 404 });
});

test.each(['RSA', 'EC'])('a %s key is made in the vault, deleted and purged', async (kty) => {
  const client = new KeyClient(VAULT, credential('writer'), options());
  const made = await client.createKey('made', kty, { tags: { a: 'b' } });
  expect(made.key?.kty).toBe(kty);
  expect((await client.getKey('made')).key).toEqual(made.key);
  await (await client.beginDeleteKey('made', { intervalInMs: 10 })).pollUntilDone();
  await expect(client.getKey('made')).rejects.toMatchObject({ statusCode: 404 });
  await client.purgeDeletedKey('made');
});

test.each([
  'chain-pkcs12',
  'shuffled-pkcs12',
  'rc2-pkcs12',
  'ec-pkcs12',
  'chain-pem',
  'shuffled-pem',
  'ec-pem',
] as const)('%s is imported: its leaf is the certificate, its secret holds the key', async (name) => {
  const { secret, contentType } = certificateOf(mock.seed, 'testkv', name);
  const certificates = new CertificateClient(VAULT, credential('writer'), options());
  const bytes = Buffer.from(secret, contentType === 'application/x-pem-file' ? 'utf8' : 'base64');
  // of a policy the SDK sends only what it is given under this name
  const certificatePolicy = { secretProperties: { contentType } };
  const policy = { contentType, issuerName: 'Unknown', subject: 'CN=made' };
  const importOptions = { policy, certificatePolicy } as ImportCertificateOptions;
  const imported = await certificates.importCertificate('made', bytes, importOptions);
  expect(Buffer.from(imported.cer ?? [])).toEqual(derOf(mock.seed, 'testkv', name));

  const secrets = new SecretClient(VAULT, credential('reader'), options());
  expect(await secrets.getSecret('made')).toMatchObject({ value: secret, properties: { contentType } });

  await (await certificates.beginDeleteCertificate('made', { intervalInMs: 10 })).pollUntilDone();
  await expect(secrets.getSecret('made')).rejects.toMatchObject({ statusCode: 404 });
  await certificates.purgeDeletedCertificate('made');
});

test('a certificate without private key is refused', async () => {
  const client = new CertificateClient(VAULT, credential('writer'), options());
  const { secret } = certificateOf(mock.seed, 'testkv', 'not-exportable');
  await expect(client.importCertificate('made', Buffer.from(secret, 'base64'))).rejects.toMatchObject({
    statusCode: 400,
  });
});

test('who may only read changes nothing', async () => {
  const client = new SecretClient(VAULT, credential('reader'), options());
  await expect(client.setSecret('plain', 'x')).rejects.toMatchObject({ statusCode: 403 });
  await expect(client.beginDeleteSecret('plain')).rejects.toMatchObject({ statusCode: 403 });
});
