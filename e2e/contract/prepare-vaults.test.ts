import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Mock, startMock } from '../mock/mock.ts';
import { principalOf } from '../mock/seed.ts';
import { exampleObjects } from '../real/objects.ts';

let azure: Mock;
const directory = mkdtempSync(join(tmpdir(), 'prepare-'));

beforeAll(async () => {
  azure = await startMock({ tls: ['127.0.0.1:443'] });
  writeFileSync(join(directory, 'ca.pem'), azure.caPem);
});
afterAll(async () => {
  await azure.close();
  rmSync(directory, { recursive: true });
});

/** Runs e2e/real/prepare.ts as whoever wrote docs/testing.md would, logged in as the seed's `writer`. */
function prepare(verb: string, environment: Record<string, string> = {}) {
  const [reader, writer] = [principalOf(azure.seed, 'reader'), principalOf(azure.seed, 'writer')];
  const env = {
    NODE_EXTRA_CA_CERTS: join(directory, 'ca.pem'),
    AZURE_TENANT_ID: writer.tenant,
    AZURE_CLIENT_ID: writer.clientId,
    AZURE_CLIENT_SECRET: writer.secrets[0] ?? '',
    E2E_AZURE_TENANT_ID: reader.tenant,
    E2E_AZURE_CLIENT_ID: reader.clientId,
    E2E_AZURE_CLIENT_SECRET: reader.secrets[0] ?? '',
    E2E_AZURE_VAULT: 'testkv',
    E2E_AZURE_OTHER_VAULT: 'otherkv',
    E2E_AZURE_FALLBACK_VAULT: 'fallbackkv',
    ...environment,
  };
  return execa(process.execPath, ['e2e/real/prepare.ts', verb], { env, reject: false, timeout: 50_000 });
}

test('the script fills the vaults, and takes the same objects away again', async () => {
  const names = () => azure.directory.vaults.map((vault) => vault.names('secrets'));
  const before = names();
  expect(await prepare('create')).toMatchObject({
    exitCode: 0,
    stderr: '',
    stdout: 'testkv: filled\notherkv: filled\nfallbackkv: filled',
  });
  for (const [vault, { secrets }] of Object.entries(exampleObjects))
    for (const [name, { value }] of Object.entries(secrets))
      expect(azure.directory.vault(vault)?.secrets(name).at(-1)?.value).toBe(value);

  expect(await prepare('remove')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(names()).toEqual(before);
});

test('a variable that is missing, and a permission that is missing, end it with a message', async () => {
  expect(await prepare('create', { E2E_AZURE_VAULT: '' })).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('E2E_AZURE_VAULT'),
  });
  const { clientId, secrets } = principalOf(azure.seed, 'reader');
  const asReader = { AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: secrets[0] ?? '' };
  expect(await prepare('create', asReader)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('does not have secrets set permission'),
  });
});
