import { createPrivateKey, X509Certificate } from 'node:crypto';
import { ClientAssertionCredential, ClientCertificateCredential } from '@azure/identity';
import { decodeJwt, importJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, LoopbackAgent, type Reply, throughAgent } from '../loopback.ts';
import { type Mock, startMock } from '../mock.ts';
import { FEDERATED_ISSUER } from '../seed/identities.ts';
import { principalOf } from '../seed.ts';

let mock: Mock;
let agent: LoopbackAgent;
let tenant: string;

beforeAll(async () => {
  mock = await startMock({ tls: ['127.0.0.1:0'] });
  agent = new LoopbackAgent(mock);
  tenant = principalOf(mock.seed, 'reader').tenant;
});
afterAll(async () => {
  agent.destroy();
  await mock.close();
});

const SCOPE = 'https://vault.azure.net/.default';

function form(fields: Record<string, string>, principal = 'reader'): Record<string, string> {
  const { clientId, secrets } = principalOf(mock.seed, principal);
  return {
    grant_type: 'client_credentials',
    client_id: clientId,
    ...(secrets[0] === undefined ? {} : { client_secret: secrets[0] }),
    scope: SCOPE,
    ...fields,
  };
}

async function post(
  fields: Record<string, string>,
  { path = `/${tenant}/oauth2/v2.0/token`, host = 'login.microsoftonline.com', headers = {} } = {},
): Promise<Reply & { json: Record<string, string> }> {
  const reply = await ask(`https://${host}${path}`, { agent, headers, body: new URLSearchParams(fields) });
  return { ...reply, json: JSON.parse(reply.text) };
}

function without(fields: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));
}

describe('client secret', () => {
  test('v2: numbers are numbers, claims are those of a v1 access token', async () => {
    const { status, json } = await post(form({}));
    const { clientId, objectId } = principalOf(mock.seed, 'reader');
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual(['token_type', 'expires_in', 'ext_expires_in', 'access_token']);
    expect(json['expires_in']).toBe(3600);
    expect(decodeJwt(json['access_token'] ?? '')).toMatchObject({
      aud: 'https://vault.azure.net',
      iss: `https://sts.windows.net/${tenant}/`,
      tid: tenant,
      oid: objectId,
      appid: clientId,
    });
  });

  test.each([
    'https://vault.azure.net/.default openid offline_access profile',
    'openid profile offline_access https://vault.azure.net/.default',
  ])('v2, with the scopes that MSAL adds: %s', async (scope) => {
    const { status, json } = await post(form({ scope }));
    expect(status).toBe(200);
    expect(decodeJwt(json['access_token'] ?? '')).toMatchObject({ aud: 'https://vault.azure.net' });
  });

  test.each(['openid', 'https://vault.azure.net/.default https://graph.microsoft.com/.default'])(
    'v2, not for other than one resource: %s',
    async (scope) => {
      expect(await post(form({ scope }))).toMatchObject({ status: 400, json: { error: 'invalid_scope' } });
    },
  );

  test('v1: numbers are strings', async () => {
    const { json } = await post(
      { ...form({}), resource: 'https://vault.azure.net' },
      { path: `/${tenant}/oauth2/token` },
    );
    expect(json).toMatchObject({
      expires_in: '3600',
      ext_expires_in: '3600',
      resource: 'https://vault.azure.net',
    });
    expect(json['expires_on']).toMatch(/^\d{10}$/);
    expect(json['not_before']).toMatch(/^\d{10}$/);
  });

  test('with HTTP Basic, a secret of special characters', async () => {
    const { clientId, secrets } = principalOf(mock.seed, 'reader');
    const basic = Buffer.from(`${clientId}:${encodeURIComponent(secrets[1] ?? '')}`).toString('base64');
    const fields = without(without(form({}), 'client_id'), 'client_secret');
    expect((await post(fields, { headers: { Authorization: `Basic ${basic}` } })).status).toBe(200);
  });

  test.each(['westeurope.login.microsoft.com', 'login.windows.net'])('at the host %s', async (host) => {
    expect((await post(form({}), { host })).status).toBe(200);
  });

  test('by the domain of the tenant', async () => {
    expect((await post(form({}), { path: '/contoso.onmicrosoft.com/oauth2/v2.0/token' })).status).toBe(200);
  });

  test('at ADFS of an Azure Stack', async () => {
    const resource = 'https://vault.local.azurestack.external';
    const reply = await post(
      { ...form({}), resource },
      { host: 'adfs.local.azurestack.external', path: '/adfs/oauth2/token' },
    );
    expect(decodeJwt(reply.json['access_token'] ?? '').aud).toBe(resource);
  });
});

describe('client assertions', () => {
  const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

  async function certificateAssertion(
    header: Record<string, string>,
    audience: string,
  ): Promise<Record<string, string>> {
    const { clientId } = principalOf(mock.seed, 'certificate-application');
    const jwt = await new SignJWT({})
      .setProtectedHeader({ alg: 'PS256', typ: 'JWT', ...header })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(createPrivateKey(mock.seed.clients.certificateKey));
    return form({ client_assertion_type: TYPE, client_assertion: jwt }, 'certificate-application');
  }

  const endpoint = (): string => `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`;

  function thumbprint(): string {
    const [pem = ''] = principalOf(mock.seed, 'certificate-application').certificates;
    return Buffer.from(new X509Certificate(pem).fingerprint256.replaceAll(':', ''), 'hex').toString(
      'base64url',
    );
  }

  test('of a registered certificate', async () => {
    expect((await post(await certificateAssertion({ 'x5t#S256': thumbprint() }, endpoint()))).status).toBe(
      200,
    );
  });

  test.each([
    ['an unknown thumbprint', 'AAAA', undefined, 700027],
    ['another audience', undefined, 'https://elsewhere.example.test', 700023],
  ])('with %s is refused', async (_what, x5t, audience, code) => {
    const fields = await certificateAssertion({ 'x5t#S256': x5t ?? thumbprint() }, audience ?? endpoint());
    const { status, json } = await post(fields);
    expect([status, json['error_codes']]).toEqual([401, [code]]);
  });

  test('of the real ClientCertificateCredential', async () => {
    const { clientId, certificates } = principalOf(mock.seed, 'certificate-application');
    const certificate = mock.seed.clients.certificateKey + certificates.join('');
    const credential = new ClientCertificateCredential(
      tenant,
      clientId,
      { certificate },
      { additionalPolicies: [throughAgent(agent)] },
    );
    expect(decodeJwt((await credential.getToken(SCOPE)).token)['appid']).toBe(clientId);
  });

  test('of the real ClientAssertionCredential', async () => {
    const { clientId } = principalOf(mock.seed, 'workload');
    const credential = new ClientAssertionCredential(tenant, clientId, () => federatedToken({}), {
      additionalPolicies: [throughAgent(agent)],
    });
    expect(decodeJwt((await credential.getToken(SCOPE)).token)['appid']).toBe(clientId);
  });

  type Claims = { subject?: string; audience?: string; issuer?: string; expires?: string };

  async function federatedToken(claims: Claims): Promise<string> {
    return await new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', kid: 'mock-cluster-key' })
      .setIssuer(claims.issuer ?? FEDERATED_ISSUER)
      .setSubject(claims.subject ?? 'system:serviceaccount:default:kv-reader')
      .setAudience(claims.audience ?? 'api://AzureADTokenExchange')
      .setExpirationTime(claims.expires ?? '10m')
      .sign(await importJWK(mock.seed.clients.federatedKey, 'RS256'));
  }

  async function federated(claims: Claims): Promise<Reply & { json: Record<string, string> }> {
    const assertion = await federatedToken(claims);
    return await post(form({ client_assertion_type: TYPE, client_assertion: assertion }, 'workload'));
  }

  test('of a federated service account', async () => {
    expect((await federated({})).status).toBe(200);
  });

  test.each([
    ['subject', { subject: 'system:serviceaccount:other:default' }, 700213],
    ['audience', { audience: 'https://kubernetes.default.svc' }, 700212],
    ['issuer', { issuer: 'https://oidc.elsewhere.test/' }, 700211],
    ['lifetime', { expires: '-1m' }, 700024],
  ])('of a service account with another %s is refused', async (_what, claims, code) => {
    const { status, json } = await federated(claims);
    expect([status, json['error_codes']]).toEqual([401, [code]]);
  });
});

describe('refusals', () => {
  test('the body of one', async () => {
    const { status, json } = await post(form({ client_secret: 'wrong' }), {
      headers: { 'client-request-id': 'correlation-1' },
    });
    const { clientId } = principalOf(mock.seed, 'reader');
    expect(status).toBe(401);
    expect(Object.keys(json)).toEqual([
      ...[
        'error',
        'error_description',
        'error_codes',
        'timestamp',
        'trace_id',
        'correlation_id',
        'error_uri',
      ],
    ]);
    expect(json['error_description']).toMatch(
      new RegExp(
        `^AADSTS7000215: Invalid client secret provided\\. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'\\. Trace ID: .+ Correlation ID: correlation-1 Timestamp: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ$`,
      ),
    );
  });

  test.each<[string, () => Record<string, string>, number, string, number]>([
    [
      'an unknown application',
      () => form({ client_id: '00000000-0000-4000-8000-000000000000' }),
      400,
      'unauthorized_client',
      700016,
    ],
    [
      'an application of another tenant',
      () => form({}, 'foreign-tenant'),
      400,
      'unauthorized_client',
      700016,
    ],
    [
      'a managed identity',
      () => form({ client_secret: 'x' }, 'pod-identity'),
      400,
      'unauthorized_client',
      700016,
    ],
    [
      'an unknown resource',
      () => form({ scope: 'https://vault.azure.cn/.default' }),
      400,
      'invalid_resource',
      500011,
    ],
    [
      'a scope without /.default',
      () => form({ scope: 'https://vault.azure.net' }),
      400,
      'invalid_scope',
      1002012,
    ],
    ['no grant_type', () => without(form({}), 'grant_type'), 400, 'invalid_request', 900144],
    ['no scope', () => without(form({}), 'scope'), 400, 'invalid_request', 900144],
    ['no client_id', () => without(form({}), 'client_id'), 400, 'invalid_request', 900144],
    ['no secret', () => without(form({}), 'client_secret'), 401, 'invalid_client', 7000218],
    ['another grant', () => form({ grant_type: 'password' }), 400, 'unsupported_grant_type', 70003],
  ])('%s', async (_what, fields, status, error, code) => {
    const reply = await post(fields());
    expect([reply.status, reply.json['error'], reply.json['error_codes']]).toEqual([status, error, [code]]);
  });

  test('an unknown tenant', async () => {
    const { status, json } = await post(form({}), { path: '/nowhere.example.test/oauth2/v2.0/token' });
    expect([status, json['error_codes']]).toEqual([400, [90002]]);
    expect(json['error_description']).toContain("Tenant 'nowhere.example.test' not found.");
  });
});

describe('discovery', () => {
  test.each([
    ['/v2.0/.well-known/openid-configuration', '/oauth2/v2.0/token'],
    ['/.well-known/openid-configuration', '/oauth2/token'],
  ])('%s', async (path, endpoint) => {
    const { text } = await ask(`https://login.microsoftonline.com/${tenant}${path}`, { agent });
    const metadata = JSON.parse(text);
    expect(metadata.token_endpoint).toBe(`https://login.microsoftonline.com/${tenant}${endpoint}`);
    const keys = JSON.parse((await ask(metadata.jwks_uri, { agent })).text).keys;
    expect(Object.keys(keys[0])).toEqual(['kty', 'use', 'kid', 'n', 'e', 'alg']);
  });

  test('the aliases of a cloud', async () => {
    const { text } = await ask(
      'https://login.microsoftonline.com/common/discovery/instance?api-version=1.1',
      { agent },
    );
    expect(JSON.parse(text).metadata[0].aliases).toContain('login.windows.net');
  });
});
