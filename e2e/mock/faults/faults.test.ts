import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ask, LoopbackAgent, type Reply } from '../loopback.ts';
import { type Mock, startMock } from '../mock.ts';
import { principalOf } from '../seed.ts';
import type { FaultAction } from './rules.ts';

let mock: Mock;
let agent: LoopbackAgent;
let token: string;

beforeAll(async () => {
  mock = await startMock({ tls: ['127.0.0.1:0'] });
  agent = new LoopbackAgent(mock);
  const [cloud] = mock.seed.clouds;
  if (cloud === undefined) throw new Error('a seed has clouds');
  token = (await mock.directory.tokens.issue(principalOf(mock.seed, 'reader'), cloud, cloud.resource))
    .accessToken;
});
afterEach(() => mock.reset());
afterAll(async () => {
  agent.destroy();
  await mock.close();
});

function get(name = 'large'): Promise<Reply> {
  const headers = { Authorization: `Bearer ${token}` };
  return ask(`https://testkv.vault.azure.net/secrets/${name}/?api-version=7.5`, { agent, headers });
}

function play(action: FaultAction): void {
  mock.setFaults({ rules: [{ match: { role: 'vault' }, action }] });
}

test('a reset before the answer', async () => {
  play({ reset: 'at-once' });
  // `syscall: read` is a reset by the peer; an orderly end would be a "socket hang up" without it.
  await expect(get()).rejects.toMatchObject({ code: 'ECONNRESET', syscall: 'read' });
  expect(mock.requests()[0]).toMatchObject({ status: null, fault: 'reset' });
});

test('a reset in the middle of the body', async () => {
  play({ reset: 'mid-body' });
  await expect(get()).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(mock.requests()[0]).toMatchObject({ status: 200 });
});

test('a body cut short', async () => {
  play({ truncate: true });
  await expect(get()).rejects.toThrow('aborted');
});

test('slow bytes arrive whole', async () => {
  play({ slow: { bytes: 100, everyMs: 20 } });
  const start = performance.now();
  expect(JSON.parse((await get('plain')).text).value).toBe('plain value three');
  expect(performance.now() - start).toBeGreaterThan(40);
});

test('a hang: nothing within the time, and closing ends it', async () => {
  play({ hang: true });
  const pending = get().catch(() => 'closed');
  expect(await Promise.race([pending, new Promise((resolve) => setTimeout(resolve, 300, 'waiting'))])).toBe(
    'waiting',
  );
  agent.destroy();
  expect(await pending).toBe('closed');
  agent = new LoopbackAgent(mock);
});

test('throttled with Retry-After, once', async () => {
  mock.setFaults({
    rules: [
      {
        match: { role: 'vault', path: '^/secrets/plain' },
        action: { status: 429, headers: { 'Retry-After': '2' } },
        times: 1,
      },
    ],
  });
  expect((await get('one-char')).status).toBe(200);
  const throttled = await get('plain');
  expect(throttled).toMatchObject({ status: 429, headers: { 'retry-after': '2' } });
  expect(JSON.parse(throttled.text).error.code).toBe('Throttled');
  expect((await get('plain')).status).toBe(200);
});

test('a redirect', async () => {
  play({ redirect: 'https://elsewhere.example.test/' });
  expect(await get()).toMatchObject({
    status: 307,
    headers: { location: 'https://elsewhere.example.test/' },
  });
});

test('another content type, and none', async () => {
  play({ contentType: 'text/html', body: '<html>proxy</html>' });
  expect(await get()).toMatchObject({ text: '<html>proxy</html>', headers: { 'content-type': 'text/html' } });
  play({ contentType: '' });
  expect((await get()).headers['content-type']).toBeUndefined();
});

test('a body of two megabytes', async () => {
  play({ bigBodyBytes: 2_000_000 });
  expect((await get()).text.length).toBe(2_000_000);
});

test('latency for all', async () => {
  mock.setFaults({ latencyMs: 150 });
  const start = performance.now();
  await get();
  expect(performance.now() - start).toBeGreaterThan(145);
});

test('another host is left alone', async () => {
  mock.setFaults({ rules: [{ match: { host: 'otherkv.vault.azure.net' }, action: { status: 503 } }] });
  expect((await get()).status).toBe(200);
});

test('a rule that says nothing known is refused', () => {
  expect(() => mock.setFaults({ rules: [{ action: { explode: true } as FaultAction }] })).toThrow('explode');
});
