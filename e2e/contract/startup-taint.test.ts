import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { runInstaller } from '../lab/installer.ts';
import { makeTls } from '../mock/tls.ts';
import { setScene } from './scene.ts';

/** The built installer, as the image runs it, and an API server that knows one node. */
const scene = setScene();
const key = 'keyvault-flexvol/not-ready';
const other = { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' };

test('once the driver is installed its node’s taint goes, after a failure too, and no other', async () => {
  const tls = await makeTls(['127.0.0.1']);
  let taints: object[] = [other, { key, effect: 'NoSchedule' }];
  const asked: string[] = [];
  const port = await serve(tls, async (request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    if (asked.length === 1) return response.writeHead(503).end();
    if (request.method === 'PATCH') {
      const [test, replace] = JSON.parse(await text(request)) as { value: object[] }[];
      expect(test?.value).toEqual(taints);
      taints = replace?.value ?? [];
    }
    return response.end(JSON.stringify({ kind: 'Node', spec: { taints } }));
  });
  const log = await logUntil('"result":"removed"', port, tls.ca);
  expect(taints).toEqual([other]);
  expect(asked).toEqual([
    'GET /api/v1/nodes/node-1 Bearer canary-token',
    'GET /api/v1/nodes/node-1 Bearer canary-token',
    'PATCH /api/v1/nodes/node-1 Bearer canary-token',
  ]);
  expect(log).toMatch(/"installed"[\s\S]*"startup-taint-failed"[\s\S]*"startup-taint"/);
  expect(log).not.toContain('canary');
});

test('a server that is not of the cluster’s authority never sees the token', async () => {
  let asked = 0;
  const port = await serve(await makeTls(['127.0.0.1']), (_, response) => {
    asked += 1;
    response.end();
  });
  const log = await logUntil('"startup-taint-failed"', port, (await makeTls(['127.0.0.1'])).ca);
  expect(log).toMatch(/"startup-taint-failed","code":"[A-Z_]*(CERT|SIGNATURE|VERIFY)[A-Z_]*"/);
  expect(asked).toBe(0);
});

async function serve(tls: { key: string; cert: string }, listener: RequestListener): Promise<number> {
  const server = createServer(tls, listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Runs the installer until its log has the text; it is stopped when the test ends. */
async function logUntil(wanted: string, port: number, ca: string): Promise<string> {
  const account = await mkdtemp(join(tmpdir(), 'account-'));
  await writeFile(join(account, 'token'), 'canary-token');
  await writeFile(join(account, 'ca.crt'), ca);
  const installer = runInstaller(scene.kubelet, [], {
    HEALTH_PORT: '19808',
    STARTUP_TAINT_KEY: key,
    NODE_NAME: 'node-1',
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    KUBERNETES_SERVICE_PORT: String(port),
    SERVICE_ACCOUNT_DIRECTORY: account,
  });
  onTestFinished(async () => {
    installer.kill('SIGTERM');
    await installer;
    await rm(account, { recursive: true });
  });
  let log = '';
  installer.stdout.on('data', (chunk) => {
    log += String(chunk);
  });
  for (let waited = 0; !log.includes(wanted); waited += 50) {
    if (waited > 150_000) throw new Error(`waited for ${wanted} in vain: ${log}`);
    await delay(50);
  }
  return log;
}
