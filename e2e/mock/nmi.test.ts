import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ask } from './loopback.ts';
import { type Mock, startMock } from './mock.ts';
import { principalOf } from './seed.ts';

let mock: Mock;
let base: string;

beforeAll(async () => {
  mock = await startMock({ nmi: ['127.0.0.1:0', '[::1]:0'] });
  base = `http://127.0.0.1:${mock.ports.nmi[0]}`;
});
afterEach(() => mock.reset());
afterAll(() => mock.close());

const POD = { podname: 'web-0', podns: 'default' };
const PATH = '/host/token/?resource=https://vault.azure.net';

test('a token for the pod: strings for numbers, no Content-Type', async () => {
  const { status, headers, text } = await ask(base + PATH, { headers: POD });
  const body = JSON.parse(text);
  const { clientId } = principalOf(mock.seed, 'pod-identity');
  expect(status).toBe(200);
  expect(headers['content-type']).toBeUndefined();
  expect(Object.keys(body)).toEqual(['token', 'clientid']);
  expect(Object.keys(body.token)).toEqual([
    ...['access_token', 'refresh_token', 'expires_in', 'expires_on', 'not_before', 'resource', 'token_type'],
  ]);
  expect(body.clientid).toBe(clientId);
  expect(body.token).toMatchObject({ refresh_token: '', expires_in: '3600', token_type: 'Bearer' });
  expect(decodeJwt(body.token.access_token)).toMatchObject({
    appid: clientId,
    aud: 'https://vault.azure.net',
  });
});

test.each([
  ['no headers', PATH, {}, 400, "missing 'podname' and 'podns' from request header\n"],
  ['no namespace', PATH, { podname: 'web-0' }, 400, "missing 'podname' and 'podns' from request header\n"],
  ['no resource', '/host/token/', POD, 400, 'parameter resource cannot be empty\n'],
  [
    'a pod without identity',
    PATH,
    { ...POD, podname: 'unassigned-1' },
    404,
    /^getting assigned identities for pod default\/unassigned-1 /,
  ],
  [
    'another namespace',
    PATH,
    { ...POD, podns: 'other' },
    404,
    /^getting assigned identities for pod other\/web-0 /,
  ],
  [
    "a client id that is not the pod's",
    `${PATH}&client_id=abc`,
    POD,
    404,
    'no azure identity found for request clientID abc\n',
  ],
  ['an unknown resource', '/host/token/?resource=https://nowhere.example.test', POD, 403, /AADSTS500011/],
])('%s', async (_what, path, headers, status, text) => {
  const reply = await ask(base + path, { headers: headers as Record<string, string> });
  expect(reply.status).toBe(status);
  expect(reply.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(reply.text).toEqual(typeof text === 'string' ? text : expect.stringMatching(text));
});

test('a request from ::1 is none from the host, and the headers are checked before that', async () => {
  const v6 = `http://[::1]:${mock.ports.nmi[1]}${PATH}`;
  expect(await ask(v6, { headers: POD })).toMatchObject({
    status: 500,
    text: 'request remote address is not from a host\n',
  });
  expect((await ask(v6)).status).toBe(400);
});

test('an identity that arrives: 404 twice, then the token', async () => {
  mock.setFaults({ rules: [{ match: { role: 'nmi' }, action: { status: 404 }, times: 2 }] });
  const replies = [
    await ask(base + PATH, { headers: POD }),
    await ask(base + PATH, { headers: POD }),
    await ask(base + PATH, { headers: POD }),
  ];
  expect(replies.map(({ status }) => status)).toEqual([404, 404, 200]);
  expect(replies[0]?.text).toMatch(/^getting assigned identities for pod default\/web-0 in CREATED state/);
});

test('it blocks before its 404', async () => {
  mock.setFaults({ rules: [{ match: { role: 'nmi' }, action: { status: 404, delayMs: 300 } }] });
  const start = performance.now();
  expect((await ask(base + PATH, { headers: POD })).status).toBe(404);
  expect(performance.now() - start).toBeGreaterThan(290);
});

test('a token of an NMI in another process opens the vault', async () => {
  const elsewhere = await startMock({ nmi: ['127.0.0.1:0'] });
  const { text } = await ask(`http://127.0.0.1:${elsewhere.ports.nmi[0]}${PATH}`, { headers: POD });
  await elsewhere.close();
  expect(await mock.directory.tokens.verify(JSON.parse(text).token.access_token)).toMatchObject({
    aud: 'https://vault.azure.net',
  });
});
