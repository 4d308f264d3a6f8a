import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ask, type Reply } from './loopback.ts';
import { type Mock, startMock } from './mock.ts';
import { principalOf } from './seed.ts';

let mock: Mock;

beforeAll(async () => {
  mock = await startMock({ imds: ['127.0.0.1:0'] });
});
afterEach(() => mock.reset());
afterAll(() => mock.close());

const QUERY = 'api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net';

function get(query: string, headers: Record<string, string> = { Metadata: 'true' }): Promise<Reply> {
  return ask(`http://127.0.0.1:${mock.ports.imds[0]}/metadata/identity/oauth2/token?${query}`, { headers });
}

test('the system-assigned identity: strings for numbers', async () => {
  const { status, text } = await get(QUERY);
  const body = JSON.parse(text);
  expect(status).toBe(200);
  expect(Object.keys(body)).toEqual([
    ...[
      'access_token',
      'client_id',
      'expires_in',
      'expires_on',
      'ext_expires_in',
      'not_before',
      'resource',
      'token_type',
    ],
  ]);
  expect(body).toMatchObject({
    expires_in: '3600',
    resource: 'https://vault.azure.net',
    token_type: 'Bearer',
  });
  expect(decodeJwt(body.access_token)['appid']).toBe(principalOf(mock.seed, 'system-identity').clientId);
});

test.each([
  ['client_id', 'clientId'],
  ['object_id', 'objectId'],
  ['msi_res_id', 'resourceId'],
  ['mi_res_id', 'resourceId'],
] as const)('a user-assigned identity by %s', async (selector, field) => {
  const identity = principalOf(mock.seed, 'user-identity');
  const value = encodeURIComponent(identity[field] ?? '');
  const body = JSON.parse((await get(`${QUERY}&${selector}=${value}`)).text);
  expect(body.client_id).toBe(identity.clientId);
});

test.each([
  ['no Metadata header', QUERY, {}, 'Required metadata header not specified'],
  ['no api-version', 'resource=x', undefined, "Required query variable 'api-version' is missing"],
  ['no resource', 'api-version=2018-02-01', undefined, "Required query variable 'resource' is missing"],
  ['an identity that is not assigned', `${QUERY}&client_id=abc`, undefined, 'Identity not found'],
])('%s', async (_what, query, headers, description) => {
  const { status, text } = await get(query, headers);
  expect(status).toBe(400);
  expect(JSON.parse(text)).toEqual({ error: 'invalid_request', error_description: description });
});

test('two user-assigned identities and none named', async () => {
  const seed = { ...mock.seed, imds: { system: null, user: ['user-identity', 'second-user-identity'] } };
  const other = await startMock({ seed, imds: ['127.0.0.1:0'] });
  const { text } = await ask(
    `http://127.0.0.1:${other.ports.imds[0]}/metadata/identity/oauth2/token?${QUERY}`,
    { headers: { Metadata: 'true' } },
  );
  await other.close();
  expect(JSON.parse(text).error_description).toMatch(/^Multiple user assigned identities exist/);
});

test.each([404, 410, 429, 500])('told to answer %i', async (status) => {
  mock.setFaults({ rules: [{ match: { role: 'imds' }, action: { status }, times: 1 }] });
  const reply = await get(QUERY);
  expect(reply.status).toBe(status);
  expect(Object.keys(JSON.parse(reply.text))).toEqual(['error', 'error_description']);
  expect((await get(QUERY)).status).toBe(200);
});

test('its versions, to those who send its header', async () => {
  const url = `http://127.0.0.1:${mock.ports.imds[0]}/metadata/versions`;
  expect(await ask(url)).toMatchObject({ status: 400 });
  const { status, text } = await ask(url, { headers: { Metadata: 'true' } });
  expect(status).toBe(200);
  expect(JSON.parse(text).apiVersions).toContain('2018-02-01');
});
