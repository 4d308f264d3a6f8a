import { existsSync, rmSync } from 'node:fs';
import { copyFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { RUN_DIRECTORY, runInstaller } from '../lab/installer.ts';
import { Kubelet } from '../lab/kubelet.ts';
import { setScene, volumeOf } from './scene.ts';

/** Removing the driver from a node with real volumes: the built installer, as the image runs it. */
const scene = setScene();
const HEALTH = { HEALTH_PORT: '19808' };
const url = 'http://127.0.0.1:19808/readyz';

/** What tests of other files left on the same node, their scenes having unmounted it. */
beforeEach(() => rmSync(RUN_DIRECTORY, { recursive: true, force: true }));

// The scene of each test begins with a driver.
afterEach(async () => {
  if (!existsSync(scene.kubelet.driver)) {
    const root = dirname(dirname(dirname(scene.kubelet.driver)));
    await Kubelet.create(root, { caBundle: scene.azure.caPem });
  }
});

test('it refuses while a volume is mounted, naming the pod, and leaves nothing when there is none', async () => {
  const volume = volumeOf(scene, 'in-use', { namespace: 'shop' });
  expect((await scene.kubelet.mount(volume)).status.status).toBe('Success');
  const refused = await runInstaller(scene.kubelet, ['uninstall'], HEALTH);
  expect({ exitCode: refused.exitCode, stdout: refused.stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(refused.stderr).toContain('pod shop/in-use, volume kv. Delete or move these pods first');
  expect((await scene.kubelet.unmount(volume)).status.status).toBe('Success');

  const removed = await runInstaller(scene.kubelet, ['uninstall'], HEALTH);
  expect(removed).toMatchObject({ exitCode: 0, stderr: '', stdout: 'The driver is gone from this node.' });
  expect(existsSync(dirname(scene.kubelet.driver))).toBe(false);
  expect(existsSync(RUN_DIRECTORY)).toBe(false);
});

test('in the DaemonSet it waits for the last volume, which is unmounted meanwhile, and is ready then', async () => {
  const volume = volumeOf(scene, 'last');
  expect((await scene.kubelet.mount(volume)).status.status).toBe('Success');
  const desired = join(dirname(dirname(scene.kubelet.driver)), 'desired.json');
  await copyFile(join(dirname(scene.kubelet.driver), '.config.json'), desired);
  const environment = { ...HEALTH, UNINSTALL: 'on', NODE_CONFIG_FILE: desired };
  const installer = runInstaller(scene.kubelet, [], environment);
  onTestFinished(async () => {
    installer.kill('SIGTERM');
    await installer;
  });
  const waits = await until(readiness, ({ body }) => body['code'] === 'VolumesMounted');
  expect(waits).toMatchObject({ status: 503, body: { reason: expect.stringContaining('pod default/last') } });
  expect((await scene.kubelet.unmount(volume)).status.status).toBe('Success');
  await until(readiness, ({ status }) => status === 200);
  expect(await readdir(dirname(dirname(scene.kubelet.driver)))).toEqual(['desired.json']);
});

test('where an installer keeps the driver it says how all nodes get rid of it', async () => {
  const installer = runInstaller(scene.kubelet, [], HEALTH);
  onTestFinished(async () => {
    installer.kill('SIGTERM');
    await installer;
  });
  await until(readiness, ({ status }) => status === 200);
  const { exitCode, stderr } = await runInstaller(scene.kubelet, ['uninstall'], HEALTH);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('--reuse-values --set uninstall=true');
  expect(existsSync(scene.kubelet.driver)).toBe(true);
});

async function readiness(): Promise<{ status: number; body: Record<string, unknown> }> {
  try {
    const response = await fetch(url);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  } catch {
    return { status: 0, body: {} };
  }
}

async function until<T>(probe: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
  for (let waited = 0; ; waited += 100) {
    const value = await probe();
    if (done(value)) return value;
    if (waited > 150_000) throw new Error(`waited in vain: ${JSON.stringify(value)}`);
    await delay(100);
  }
}
