import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ask, LoopbackAgent, type Reply } from './loopback.ts';
import { type Mock, startMock } from './mock.ts';
import { principalOf } from './seed.ts';

let mock: Mock;
let agent: LoopbackAgent;

beforeAll(async () => {
  mock = await startMock({ tls: ['127.0.0.1:0'], nmi: ['127.0.0.1:0'], control: ['127.0.0.1:0'] });
  agent = new LoopbackAgent(mock);
});
afterEach(() => mock.reset());
afterAll(async () => {
  agent.destroy();
  await mock.close();
});

function control(method: string, path: string, body?: unknown): Promise<Reply> {
  return ask(`http://127.0.0.1:${mock.ports.control[0]}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function secret(name: string, principal = 'reader'): Promise<Reply> {
  const [cloud] = mock.seed.clouds;
  if (cloud === undefined) throw new Error('a seed has clouds');
  const { accessToken } = await mock.directory.tokens.issue(
    principalOf(mock.seed, principal),
    cloud,
    cloud.resource,
  );
  const headers = { Authorization: `Bearer ${accessToken}` };
  return await ask(`https://testkv.vault.azure.net/secrets/${name}/?api-version=7.5`, { agent, headers });
}

function identity(podname: string): Promise<Reply> {
  const headers = { podname, podns: 'default' };
  return ask(`http://127.0.0.1:${mock.ports.nmi[0]}/host/token/?resource=https://vault.azure.net`, {
    headers,
  });
}

test('a new version becomes the latest, and its value is in no journal', async () => {
  const { status, text } = await control('PUT', '/vaults/testkv/secrets/plain', {
    value: 'rotated-canary',
    contentType: 'text/plain',
  });
  expect(status).toBe(200);
  const { version } = JSON.parse(text);
  expect(JSON.parse((await secret('plain')).text)).toMatchObject({
    value: 'rotated-canary',
    id: `https://testkv.vault.azure.net/secrets/plain/${version}`,
  });
  const journal = (await control('GET', '/requests')).text;
  expect(journal).not.toContain('rotated-canary');
  expect(journal).not.toContain('eyJ');
});

test('a secret is disabled by a new version', async () => {
  await control('PUT', '/vaults/testkv/secrets/plain', { value: 'x', attributes: { enabled: false } });
  expect((await secret('plain')).status).toBe(403);
});

test('a deleted object is gone until the reset', async () => {
  expect((await control('DELETE', '/vaults/testkv/secrets/plain')).status).toBe(200);
  expect((await secret('plain')).status).toBe(404);
  expect((await control('DELETE', '/vaults/testkv/secrets/plain')).status).toBe(404);
  await control('POST', '/reset');
  expect((await secret('plain')).status).toBe(200);
});

test('permissions are taken and given', async () => {
  await control('PUT', '/vaults/testkv/permissions/reader', {});
  expect((await secret('plain')).status).toBe(403);
  await control('PUT', '/vaults/testkv/permissions/no-permissions', { secrets: ['get'] });
  expect((await secret('plain', 'no-permissions')).status).toBe(200);
});

test('pod identities are assigned', async () => {
  expect((await identity('unassigned-1')).status).toBe(404);
  await control('PUT', '/pod-identities', [
    { namespace: 'default', pod: 'unassigned-*', principal: 'pod-identity' },
  ]);
  expect((await identity('unassigned-1')).status).toBe(200);
  expect((await identity('web-0')).status).toBe(404);
});

test('faults are set and taken back', async () => {
  expect(
    (await control('PUT', '/faults', [{ match: { role: 'vault' }, action: { status: 503 } }])).status,
  ).toBe(200);
  expect((await secret('plain')).status).toBe(503);
  await control('DELETE', '/faults');
  expect((await secret('plain')).status).toBe(200);
});

test('short-lived tokens', async () => {
  await control('PUT', '/tokens', { lifetimeSeconds: -5 });
  expect((await secret('plain')).status).toBe(401);
});

test('requests and counts', async () => {
  await secret('plain');
  await identity('web-0');
  const [first, second] = JSON.parse((await control('GET', '/requests')).text);
  expect(Object.keys(first)).toEqual([
    ...[
      'seq',
      'role',
      'method',
      'host',
      'path',
      'connection',
      'status',
      'principal',
      'startMs',
      'endMs',
      'fault',
    ],
  ]);
  expect(first).toMatchObject({
    role: 'vault',
    host: 'testkv.vault.azure.net',
    path: '/secrets/plain/?api-version=7.5',
    status: 200,
    principal: 'reader',
  });
  expect(second.startMs).toBeGreaterThanOrEqual(first.endMs);
  expect(JSON.parse((await control('GET', '/counts')).text)).toEqual({
    total: 2,
    connections: 2,
    depth: 2,
    byRole: { vault: 1, nmi: 1 },
    byStatus: { 200: 2 },
  });
  await control('DELETE', '/requests');
  expect(JSON.parse((await control('GET', '/requests')).text)).toEqual([]);
});

test.each([
  ['an unknown operation', 'GET', '/nothing', undefined, 404],
  ['an unknown vault', 'PUT', '/vaults/nowhere/secrets/a', { value: 'x' }, 404],
  ['a secret without value', 'PUT', '/vaults/testkv/secrets/a', {}, 400],
  ['a fault that is none', 'PUT', '/faults', [{ action: { explode: true } }], 400],
])('%s is refused', async (_what, method, path, body, status) => {
  const reply = await control(method, path, body);
  expect(reply.status).toBe(status);
  expect(JSON.parse(reply.text).error).not.toBe('');
});
