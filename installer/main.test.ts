// The program as a process, over HTTP and signals.
import { once } from 'node:events';
import { readdir, rm, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { type NodeDirectory, nodeDirectory } from './testing/node-directory.ts';

test('it installs, becomes ready, logs JSON lines, and ends at once on SIGTERM with the driver left in place', async () => {
  await using node = await nodeDirectory();
  const { installer, url } = await start(node);
  let ended = 0;
  try {
    const ready = await until(
      () => probe(`${url}/readyz`),
      (state) => state.ok,
    );
    expect(ready.body).toMatchObject({ ready: true });
    expect(await probe(`${url}/healthz`)).toMatchObject({ ok: true });
    expect(await probe(`${url}/other`)).toMatchObject({ ok: false });
  } finally {
    ended = performance.now();
    installer.kill('SIGTERM');
  }
  const { exitCode, stdout, stderr } = await installer;
  expect(performance.now() - ended).toBeLessThan(2000);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const events = stdout.split('\n').map((line) => (JSON.parse(line) as { event: string }).event);
  expect(events).toEqual(['started', 'installed', 'ended']);
  expect(await readdir(node.driverDirectory)).toContain('kv');
});

test.each<[string, (node: NodeDirectory) => Promise<void>]>([
  ['the driver', (node) => rm(join(node.driverDirectory, 'kv'))],
  ['its directory', (node) => rm(node.driverDirectory, { recursive: true })],
])(
  'without any probe it sees that %s was removed, and puts it in place again',
  async (_, remove) => {
    await using node = await nodeDirectory();
    const { installer, url } = await start(node);
    try {
      await until(
        () => probe(`${url}/readyz`),
        ({ ok }) => ok,
      );
      for (const _again of [1, 2]) {
        await remove(node);
        await until(
          async () => (await readdir(node.driverDirectory).catch(() => [])).sort().join(),
          (names) => names === '.config.json,kv',
        );
        await sleep(1500);
      }
    } finally {
      installer.kill('SIGTERM');
      await installer;
    }
  },
  240_000,
);

test('it stays alive but not ready, and says why, while the configuration is invalid', async () => {
  await using node = await nodeDirectory();
  await node.setNodeConfig('{}');
  const { installer, url } = await start(node);
  try {
    const state = await until(
      () => probe(`${url}/readyz`),
      ({ body }) => body['code'] !== 'Installing',
    );
    expect(state).toMatchObject({ ok: false, body: { ready: false, code: 'NodeConfigInvalid' } });
    expect(await probe(`${url}/healthz`)).toMatchObject({ ok: true });
    await node.setNodeConfig('{"schemaVersion":1}');
    await until(
      () => probe(`${url}/readyz`),
      ({ ok }) => ok,
    );
  } finally {
    installer.kill('SIGTERM');
    await installer;
  }
});

test('killed in the middle of the copy, it leaves neither driver nor configuration but leftovers, which the next one removes', async () => {
  await using node = await nodeDirectory();
  // A tail of zeros after the script's exit makes the copy take long enough to be interrupted.
  await node.setDriver(`#!/bin/sh\necho '{"status":"Success","capabilities":{"attach":false}}'\nexit 0\n`);
  await truncate(node.settings.driverFile, 200_000_000);
  const killed = await start(node);
  const leftover = await until(
    async () => (await readdir(node.driverDirectory).catch(() => [])).find((name) => name.startsWith('.kv.')),
    (name) => name !== undefined,
  );
  killed.installer.kill('SIGKILL');
  await killed.installer;
  expect((await readdir(node.driverDirectory)).sort()).toEqual([
    expect.stringMatching(/^\.config\.json\.[0-9a-f-]{36}$/),
    leftover,
  ]);

  const { installer, url } = await start(node);
  try {
    await until(
      () => probe(`${url}/readyz`),
      ({ ok }) => ok,
    );
    expect((await readdir(node.driverDirectory)).sort()).toEqual(['.config.json', 'kv']);
  } finally {
    installer.kill('SIGTERM');
    await installer;
  }
}, 240_000);

async function start({ settings }: NodeDirectory) {
  const port = await freePort();
  const installer = execa(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    reject: false,
    extendEnv: false,
    env: {
      DRIVER_FILE: settings.driverFile,
      NODE_CONFIG_FILE: settings.nodeConfigFile,
      PLUGIN_DIRECTORY: settings.pluginDirectory,
      PLUGIN_DIRECTORY_ON_NODE: settings.pluginDirectoryOnNode,
      HEALTH_PORT: String(port),
      RUN_DIRECTORY: settings.runDirectory,
    },
  });
  return { installer, url: `http://127.0.0.1:${port}` };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A probe's answer; not ok and without a body while nobody listens. */
async function probe(url: string): Promise<{ ok: boolean; body: Record<string, unknown> }> {
  try {
    const response = await fetch(url);
    return { ok: response.ok, body: (await response.json()) as Record<string, unknown> };
  } catch {
    return { ok: false, body: { code: 'Installing' } };
  }
}

async function until<T>(look: () => Promise<T>, seen: (value: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 12_000; tries++) {
    const value = await look();
    if (seen(value)) return value;
    await sleep(10);
  }
  throw new Error('did not come to be in time');
}
