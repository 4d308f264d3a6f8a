import { X509Certificate } from 'node:crypto';
import { ClientSecretCredential } from '@azure/identity';
import { CertificateClient } from '@azure/keyvault-certificates';
import { KeyClient } from '@azure/keyvault-keys';
import { SecretClient } from '@azure/keyvault-secrets';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ask, LoopbackAgent, type Reply, throughAgent } from '../loopback.ts';
import { type Mock, startMock } from '../mock.ts';
import { certificateOf, derOf, keyOf, principalOf, secretOf } from '../seed.ts';

const VAULT = 'https://testkv.vault.azure.net';
const RESOURCE = 'https://vault.azure.net';

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

async function tokenOf(
  principal: string,
  audience = RESOURCE,
  cloudName = 'AzurePublicCloud',
): Promise<string> {
  const cloud = mock.seed.clouds.find((one) => one.name === cloudName);
  if (cloud === undefined) throw new Error(cloudName);
  return (await mock.directory.tokens.issue(principalOf(mock.seed, principal), cloud, audience)).accessToken;
}

async function get(
  path: string,
  options: { principal?: string; token?: string; base?: string; method?: string } = {},
): Promise<Reply> {
  const { principal = 'reader', base = VAULT, method = 'GET' } = options;
  const token = options.token ?? (await tokenOf(principal));
  return await ask(base + path, {
    agent,
    method,
    headers: token === '' ? {} : { Authorization: `Bearer ${token}` },
  });
}

describe('the real SDKs', () => {
  const options = () => ({ additionalPolicies: [throughAgent(agent)], retryOptions: { maxRetries: 0 } });
  const credential = () => {
    const { tenant, clientId, secrets } = principalOf(mock.seed, 'reader');
    return new ClientSecretCredential(tenant, clientId, secrets[0] ?? '', options());
  };

  test('a secret: latest, an older version, and every version listed', async () => {
    const client = new SecretClient(VAULT, credential(), options());
    const older = secretOf(mock.seed, 'testkv', 'plain', 0);
    expect((await client.getSecret('plain')).value).toBe('plain value three');
    expect((await client.getSecret('plain', { version: older.version })).value).toBe('plain value one');
    const versions: string[] = [];
    for await (const one of client.listPropertiesOfSecretVersions('plain')) versions.push(one.version ?? '');
    expect(versions).toEqual(
      [0, 1, 2].map((index) => secretOf(mock.seed, 'testkv', 'plain', index).version).sort(),
    );
  });

  test('the challenge is answered: unauthenticated request, token, object', async () => {
    await new SecretClient(VAULT, credential(), options()).getSecret('plain');
    const vault = mock.requests().filter(({ role }) => role === 'vault');
    expect(vault.map(({ status, principal }) => [status, principal])).toEqual([
      [401, null],
      [200, 'reader'],
    ]);
    expect(mock.counts().depth).toBeGreaterThanOrEqual(3);
  });

  test.each([
    'rsa-2048',
    'rsa-4096',
    'rsa-hsm',
    'ec-p256',
    'ec-p384',
    'ec-p521',
    'ec-p256k',
    'ec-hsm',
    'oct-hsm',
  ])('key %s', async (name) => {
    const { key } = await new KeyClient(VAULT, credential(), options()).getKey(name);
    expect(key?.kty).toBe(keyOf(mock.seed, 'testkv', name).key.kty);
    expect(key?.kid).toBe(`${VAULT}/keys/${name}/${keyOf(mock.seed, 'testkv', name).version}`);
  });

  test('a certificate and its policy', async () => {
    const client = new CertificateClient(VAULT, credential(), options());
    const certificate = await client.getCertificate('chain-pkcs12');
    expect(Buffer.from(certificate.cer ?? [])).toEqual(derOf(mock.seed, 'testkv', 'chain-pkcs12'));
    expect(certificate.policy?.contentType).toBe('application/x-pkcs12');
    expect(certificate.properties.tags).toEqual({ owner: 'web' });
  });

  test('the secrets of a vault, page by page, those of certificates among them', async () => {
    const client = new SecretClient(VAULT, credential(), options());
    const names: string[] = [];
    for await (const page of client.listPropertiesOfSecrets().byPage({ maxPageSize: 4 })) {
      expect(page.length).toBeLessThanOrEqual(4);
      names.push(...page.map((one) => one.name));
    }
    const [vault] = mock.seed.vaults;
    expect(names).toEqual(
      [...Object.keys(vault?.secrets ?? {}), ...Object.keys(vault?.certificates ?? {})].sort(),
    );
  });
});

describe('shapes of the service', () => {
  test('the headers of an answer, in the recorded order', async () => {
    const recorded = ['Cache-Control', 'Content-Type', 'Strict-Transport-Security', 'X-Content-Type-Options'];
    const { names, headers } = await get('/secrets/plain/?api-version=7.3');
    expect(names.slice(0, 5)).toEqual([...recorded, 'x-ms-keyvault-region']);
    expect(headers['strict-transport-security']).toBe('max-age=31536000;includeSubDomains');
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(headers['x-ms-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['x-ms-keyvault-service-version']).toMatch(/^1\.9\./);
  });

  test('401 without a token, with the challenge', async () => {
    const { status, headers, text } = await get('/secrets/plain/?api-version=7.3', { token: '' });
    expect(status).toBe(401);
    expect(text).toBe(
      '{"error":{"code":"Unauthorized","message":"AKV10000: Request is missing a Bearer or PoP token."}}',
    );
    const tenant = principalOf(mock.seed, 'reader').tenant;
    expect(headers['www-authenticate']).toBe(
      `Bearer authorization="https://login.microsoftonline.com/${tenant}", resource="https://vault.azure.net"`,
    );
  });

  const ATTRIBUTES = ['enabled', 'created', 'updated', 'recoveryLevel', 'recoverableDays'];

  test('a secret with content type and tags', async () => {
    const body = JSON.parse((await get('/secrets/tagged/?api-version=7.3')).text);
    expect(Object.keys(body)).toEqual(['value', 'contentType', 'id', 'attributes', 'tags']);
    expect(Object.keys(body.attributes)).toEqual(ATTRIBUTES);
  });

  test('a secret behind a certificate', async () => {
    const { version, secret } = certificateOf(mock.seed, 'testkv', 'chain-pkcs12');
    const body = JSON.parse((await get('/secrets/chain-pkcs12/?api-version=7.3')).text);
    expect(body).toMatchObject({
      value: secret,
      contentType: 'application/x-pkcs12',
      managed: true,
      kid: `${VAULT}/keys/chain-pkcs12/${version}`,
    });
  });

  test('an elliptic key', async () => {
    const body = JSON.parse((await get('/keys/ec-p256k/?api-version=7.3')).text);
    expect(Object.keys(body)).toEqual(['key', 'attributes']);
    expect(Object.keys(body.key)).toEqual(['kid', 'kty', 'key_ops', 'crv', 'x', 'y']);
    expect(body.key.crv).toBe('P-256K');
    expect(Object.keys(body.attributes)).toEqual(ATTRIBUTES);
  });

  test('an RSA key', async () => {
    const body = JSON.parse((await get('/keys/rsa-2048/?api-version=7.3')).text);
    expect(Object.keys(body.key)).toEqual(['kid', 'kty', 'key_ops', 'n', 'e']);
    expect(body.key.key_ops).toEqual(['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey']);
  });

  test('a certificate', async () => {
    const body = JSON.parse((await get('/certificates/self-signed/?api-version=7.3')).text);
    expect(Object.keys(body)).toEqual(['id', 'kid', 'sid', 'x5t', 'cer', 'attributes', 'policy', 'pending']);
    expect(Object.keys(body.policy)).toEqual([
      ...['id', 'key_props', 'secret_props', 'x509_props', 'lifetime_actions', 'issuer', 'attributes'],
    ]);
    const sha1 = new X509Certificate(derOf(mock.seed, 'testkv', 'self-signed')).fingerprint.replaceAll(
      ':',
      '',
    );
    expect(Buffer.from(body.x5t, 'base64url').toString('hex').toUpperCase()).toBe(sha1);
  });

  test('a list of certificate versions, in the order of their ids', async () => {
    const body = JSON.parse((await get('/certificates/self-signed/versions?api-version=7.3')).text);
    expect(Object.keys(body)).toEqual(['value', 'nextLink']);
    expect(Object.keys(body.value[0])).toEqual(['id', 'x5t', 'attributes', 'subject']);
    expect(Object.keys(body.value[0].attributes)).toEqual(['enabled', 'nbf', 'exp', 'created', 'updated']);
    expect(body.value.map((one: { id: string }) => one.id)).toEqual(
      body.value.map((one: { id: string }) => one.id).sort(),
    );
  });

  test('a page and its nextLink, with the port', async () => {
    const { nextLink } = JSON.parse((await get('/secrets?api-version=7.3&maxresults=1')).text);
    expect(nextLink).toMatch(
      /^https:\/\/testkv\.vault\.azure\.net:443\/secrets\?api-version=7\.3&\$skiptoken=[\w-]+&maxresults=1$/,
    );
  });

  test('names are found whatever their case', async () => {
    const body = JSON.parse((await get('/secrets/mixedCASE?api-version=7.3')).text);
    expect(body.id).toContain('/secrets/MixedCase/');
  });
});

describe('refusals', () => {
  test.each([
    ['secrets', 'SecretNotFound', 'secret'],
    ['keys', 'KeyNotFound', 'key'],
    ['certificates', 'CertificateNotFound', 'certificate'],
  ])('a missing object in %s', async (kind, code, noun) => {
    const { status, text } = await get(`/${kind}/absent1/df4f492173004ebca0b91cc2a4baa32d?api-version=7.3`);
    expect(status).toBe(404);
    expect(JSON.parse(text)).toEqual({
      error: {
        code,
        message: `A ${noun} with (name/id) absent1/df4f492173004ebca0b91cc2a4baa32d was not found in this key vault. If you recently deleted this ${noun} you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`,
      },
    });
  });

  test('an unknown version of a known secret', async () => {
    expect((await get(`/secrets/plain/${'0'.repeat(32)}?api-version=7.3`)).status).toBe(404);
  });

  test.each(['disabled', 'latest-disabled', 'disabled-certificate'])(
    'the disabled secret %s',
    async (name) => {
      const { status, text } = await get(`/secrets/${name}/?api-version=7.3`);
      expect(status).toBe(403);
      expect(text).toBe(
        '{"error":{"code":"Forbidden","message":"Operation get is not allowed on a disabled secret.","innererror":{"code":"SecretDisabled"}}}',
      );
    },
  );

  test.each(['/keys/disabled-key/', '/certificates/disabled-certificate/'])(
    '%s is shown although disabled',
    async (path) => {
      expect(JSON.parse((await get(`${path}?api-version=7.3`)).text).attributes.enabled).toBe(false);
    },
  );

  test('an expired secret is answered', async () => {
    const body = JSON.parse((await get('/secrets/expired/?api-version=7.3')).text);
    expect(body.attributes.exp).toBeLessThan(Date.now() / 1000);
  });

  test.each([
    ['no-permissions', '/secrets/plain/', 'secrets get'],
    ['secrets-only', '/secrets', 'secrets list'],
    ['secrets-only', '/keys/rsa-2048/', 'keys get'],
    ['secrets-only', '/certificates/self-signed/', 'certificates get'],
  ])('%s may not read %s under access policies', async (principal, path, what) => {
    const { status, text } = await get(`${path}?api-version=7.3`, { principal });
    const { clientId, objectId, tenant } = principalOf(mock.seed, principal);
    expect(status).toBe(403);
    expect(JSON.parse(text).error).toEqual({
      code: 'Forbidden',
      message: `The user, group or application 'appid=${clientId};oid=${objectId};iss=https://sts.windows.net/${tenant}/' does not have ${what} permission on key vault 'testkv;location=westeurope'. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287`,
      innererror: { code: 'AccessDenied' },
    });
  });

  test('under RBAC', async () => {
    const { status, text } = await get('/secrets/plain/?api-version=7.3', {
      principal: 'no-permissions',
      base: 'https://otherkv.vault.azure.net',
    });
    expect(status).toBe(403);
    expect(JSON.parse(text).error.innererror).toEqual({ code: 'ForbiddenByRbac' });
    expect(JSON.parse(text).error.message).toContain(
      "Action: 'Microsoft.KeyVault/vaults/secrets/getSecret/action'",
    );
  });

  test.each([
    ['', 'api-version must be specified'],
    [
      '?api-version=6.0',
      'The specified version (6.0) is not recognized. Consider using the latest supported version (7.6).',
    ],
  ])('api-version %j', async (query, message) => {
    const { status, text } = await get(`/secrets/plain/${query}`);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toEqual({ error: { code: 'BadParameter', message } });
  });

  test.each(['7.0', '7.3', '7.5', '7.6', '7.6-preview.2', '2025-07-01', '2026-04-01'])(
    'api-version %s is answered',
    async (version) => {
      expect((await get(`/secrets/plain/?api-version=${version}`)).status).toBe(200);
    },
  );

  test.each([
    ['a POST', '/secrets/plain?api-version=7.3', 'POST'],
    ['a name with an underscore', '/secrets/a_b?api-version=7.3', 'GET'],
    ['a page of 26', '/secrets?api-version=7.3&maxresults=26', 'GET'],
  ])('%s is a bad parameter', async (_what, path, method) => {
    const { status, text } = await get(path, { method });
    expect([status, JSON.parse(text).error.code]).toEqual([400, 'BadParameter']);
  });

  test('a token for another resource', async () => {
    const token = await tokenOf('reader', 'https://management.azure.com');
    const { status, text, headers } = await get('/secrets/plain/?api-version=7.3', { token });
    expect(status).toBe(401);
    expect(text).toContain(
      'AKV10022: Invalid audience. Expected https://vault.azure.net, found: https://management.azure.com.',
    );
    expect(headers['www-authenticate']).toBeDefined();
  });

  test('a token of another tenant', async () => {
    const { status, text } = await get('/secrets/plain/?api-version=7.3', { principal: 'foreign-tenant' });
    expect(status).toBe(401);
    expect(text).toContain('AKV10032: Invalid issuer.');
  });

  test.each([
    ['expired', "[TokenExpired] Error validating token: 'S2S12086'."],
    ['altered', 'Error validating token: IDX10511'],
    ['nonsense', 'Error validating token: IDX12741'],
  ])('a token that is %s', async (what, message) => {
    mock.directory.tokens.lifetimeSeconds = what === 'expired' ? -10 : 3600;
    const good = await tokenOf('reader');
    const [head, , signature] = good.split('.');
    const [, otherClaims] = (await tokenOf('no-permissions')).split('.');
    const token =
      { expired: good, altered: `${head}.${otherClaims}.${signature}`, nonsense: 'abc' }[what] ?? '';
    const { status, text } = await get('/secrets/plain/?api-version=7.3', { token });
    expect([status, JSON.parse(text).error.message]).toEqual([401, message]);
  });

  test('a host that is no vault gets a plain 404', async () => {
    expect((await get('/secrets/plain/', { base: 'https://nosuchvault.vault.azure.net' })).status).toBe(404);
  });
});

test.each([
  ['AzureUSGovernmentCloud', 'vault.usgovcloudapi.net'],
  ['AzureChinaCloud', 'vault.azure.cn'],
  ['AzureStackCloud', 'vault.local.azurestack.external'],
])('%s has its own audience', async (cloud, suffix) => {
  const base = `https://testkv.${suffix}`;
  const own = await tokenOf('reader', `https://${suffix}`, cloud);
  expect((await get('/secrets/plain/?api-version=7.3', { base, token: own })).status).toBe(200);
  expect((await get('/secrets/plain/?api-version=7.3', { base })).status).toBe(401);
});
