// Against an API server on the loopback: TLS, token, JSON patches.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeTls } from '../../e2e/mock/tls.ts';
import { askApi } from '../kubernetes/api.ts';
import { Metrics } from '../metrics/metrics.ts';
import { removeTaint } from './remove-taint.ts';
import { untaint } from './untaint.ts';

const key = 'keyvault-flexvol/not-ready';
const ours = { key, effect: 'NoSchedule' };
const others = [
  { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute', timeAdded: '2026-01-02T03:04:05Z' },
];

interface Patch {
  op: string;
  path: string;
  value: unknown;
}

/** One node, as the API server keeps it: it applies what a JSON patch of its taints says. */
async function apiServer(taints: object[] | undefined) {
  const tls = await makeTls(['127.0.0.1']);
  const state = { taints, asked: [] as string[], refuse: [] as number[], changeBeforePatch: false };
  const server = createServer(tls, async (request, response) => {
    state.asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const refusal = state.refuse.shift();
    if (refusal !== undefined) return answer(refusal, { kind: 'Status', code: refusal });
    if (request.method === 'PATCH') {
      expect(request.headers['content-type']).toBe('application/json-patch+json');
      const patch = JSON.parse(await text(request)) as [Patch, Patch];
      if (state.changeBeforePatch) {
        state.changeBeforePatch = false;
        state.taints = [...(state.taints ?? []), { key: 'new', effect: 'NoSchedule' }];
      }
      const [{ value: expected }, { value }] = patch;
      expect(patch.map(({ op, path }) => `${op} ${path}`)).toEqual([
        'test /spec/taints',
        'replace /spec/taints',
      ]);
      if (JSON.stringify(expected) !== JSON.stringify(state.taints)) return answer(422, { kind: 'Status' });
      state.taints = value as object[];
    }
    return answer(200, { kind: 'Node', spec: state.taints === undefined ? {} : { taints: state.taints } });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const credentials = await mkdtemp(join(tmpdir(), 'account-'));
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await rm(credentials, { recursive: true });
  });
  const present = (token: string, ca = tls.ca) =>
    Promise.all([
      writeFile(join(credentials, 'token'), `${token}\n`),
      writeFile(join(credentials, 'ca.crt'), ca),
    ]);
  await present('first');
  const { port } = server.address() as AddressInfo;
  const remove = () =>
    removeTaint({ key, node: 'node-1' }, (question) =>
      askApi({ host: '127.0.0.1', port, credentials }, question),
    );
  return { state, present, remove };
}

test('the taint goes, with every effect it has, and all others stay as they are', async () => {
  const { state, remove } = await apiServer([
    others[0] ?? {},
    ours,
    { ...ours, effect: 'NoExecute' },
    others[1] ?? {},
  ]);
  expect(await remove()).toBe('removed');
  expect(state.taints).toEqual(others);
  expect(state.asked).toEqual([
    'GET /api/v1/nodes/node-1 Bearer first',
    'PATCH /api/v1/nodes/node-1 Bearer first',
  ]);
});

test.each([
  ['without any taint', undefined],
  ['with others alone', others],
])('a node %s is only read', async (_, taints) => {
  const { state, remove } = await apiServer(taints);
  expect(await remove()).toBe('absent');
  expect(state.asked).toHaveLength(1);
});

test('a token that kubelet has replaced is the one that is sent', async () => {
  const { state, present, remove } = await apiServer([ours]);
  await remove();
  await present('second');
  await remove();
  expect(state.asked.at(-1)).toBe('GET /api/v1/nodes/node-1 Bearer second');
});

describe('it fails', () => {
  test('when the taints change meanwhile, and takes none of them', async () => {
    const { state, remove } = await apiServer([ours]);
    state.changeBeforePatch = true;
    await expect(remove()).rejects.toThrow('the taints of node node-1 changed meanwhile');
    expect(state.taints).toHaveLength(2);
  });

  test.each([
    [403, /may not read node node-1 \(HTTP 403\); the chart gives it that right with startupTaint\.enabled/],
    [500, /answered HTTP 500 when asked to read node node-1/],
  ])('with HTTP %i', async (status, message) => {
    const { state, remove } = await apiServer([ours]);
    state.refuse = [status];
    await expect(remove()).rejects.toThrow(message);
  });

  test('when the server is not of the cluster’s authority, and has not shown it the token', async () => {
    const { state, present, remove } = await apiServer([ours]);
    await present('first', (await makeTls(['127.0.0.1'])).ca);
    await expect(remove()).rejects.toThrow(/certificate|verify/);
    expect(state.asked).toEqual([]);
  });
});

test('it is repeated with growing pauses until it succeeds, and counted', async () => {
  const { state, remove } = await apiServer([ours]);
  state.refuse = [500, 403, 503];
  const pauses: number[] = [];
  const logged: object[] = [];
  const metrics = new Metrics('1.2.3', '/nowhere');
  await untaint({
    remove,
    metrics,
    log: (level, event, fields) => logged.push({ level, event, ...fields }),
    sleep: async (pause) => void pauses.push(pause),
  });
  expect(pauses).toEqual([1000, 2000, 4000]);
  expect(logged.at(-1)).toEqual({ level: 'info', event: 'startup-taint', result: 'removed' });
  expect(JSON.stringify(logged)).not.toContain('first');
  expect(
    await metrics.registry.getSingleMetricAsString('keyvault_flexvol_startup_taint_removals_total'),
  ).toMatch(/\{result="failure"\} 3\n.*\{result="removed"\} 1$/);
});
