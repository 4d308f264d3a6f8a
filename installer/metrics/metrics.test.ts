import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeDirectory } from '../testing/node-directory.ts';
import { Metrics } from './metrics.ts';
import { createMetricsServer } from './metrics-server.ts';

test('volumes are counted where the driver keeps them', async () => {
  await using node = await nodeDirectory();
  const { runDirectory } = node.settings;
  const { registry } = new Metrics('1.2.3', runDirectory);
  expect(await registry.metrics()).toContain('keyvault_flexvol_mounted_volumes 0\n');
  for (const id of ['a', 'b']) await mkdir(join(runDirectory, 'volumes', id), { recursive: true });
  expect(await registry.metrics()).toContain('keyvault_flexvol_mounted_volumes 2\n');
});

test('an event of a newer driver with an unknown phase is timed by the phases that are known', async () => {
  const metrics = new Metrics('1.2.3', '/nowhere');
  metrics.callOut({
    schemaVersion: 1,
    callOut: 'unmount',
    code: 'Success',
    durationsMs: { total: 20, dream: 5 },
    vaultRequests: {},
    tokenRequests: {},
    source: 'direct',
  });
  const text = await metrics.registry.metrics();
  expect(text).toContain(
    'keyvault_flexvol_callout_phase_duration_seconds_sum{callout="unmount",phase="total"} 0.02',
  );
  expect(text).not.toContain('dream');
});

test('metrics are served at /metrics and nowhere else', async () => {
  const { registry } = new Metrics('1.2.3', '/nowhere');
  const server = createMetricsServer(registry).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const answer = await fetch(`${url}/metrics`);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await answer.text()).toContain('keyvault_flexvol_info{version="1.2.3"} 1');
    expect((await fetch(`${url}/`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(404);
  } finally {
    server.close();
  }
});
