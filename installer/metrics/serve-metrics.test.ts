import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { serveMetrics } from './serve-metrics.ts';

test('a port that is taken is told once, and tried again until it is free', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const logged: string[] = [];
  const metrics = serveMetrics(new Registry(), port, '127.0.0.1', (_, event) => logged.push(event), 20);
  await expect
    .poll(() => metrics.fault())
    .toMatch(/^port \d+ for metrics is taken by another program .*metrics\.port/);
  await delay(100);
  expect(logged).toEqual(['metrics-failed']);
  other.close();
  await expect.poll(() => metrics.fault()).toBeUndefined();
  expect(logged).toEqual(['metrics-failed', 'metrics-served']);
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(200);
});
