import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { install } from '../installation/install.ts';
import type { Log } from '../log.ts';
import { Metrics } from '../metrics/metrics.ts';
import { type NodeDirectory, nodeDirectory, WORKING_DRIVER } from '../testing/node-directory.ts';
import { Keeper } from './keeper.ts';

test('the node is ready after the installation, not before', async () => {
  await using node = await nodeDirectory();
  const { keeper } = keeperOf(node);
  expect(await keeper.readiness()).toMatchObject({ ready: false, code: 'Installing' });
  await keeper.run();
  expect(await keeper.readiness()).toMatchObject({
    ready: true,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test('a failing installation is repeated ever more slowly, with its reason told, until it succeeds', async () => {
  await using node = await nodeDirectory();
  await rm(node.settings.pluginDirectory, { recursive: true });
  const reasons: unknown[] = [];
  const { keeper, pauses } = keeperOf(node, async () => {
    reasons.push(await keeper.readiness());
    if (pauses.length === 8) await mkdir(node.settings.pluginDirectory);
  });
  await keeper.run();
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000]);
  expect(reasons[0]).toMatchObject({ ready: false, code: 'PluginDirectoryUnusable' });
  expect(await keeper.readiness()).toMatchObject({ ready: true });
});

test.each<[string, (node: NodeDirectory) => Promise<void>]>([
  ['driver is removed', (node) => rm(join(node.driverDirectory, 'kv'))],
  ['driver is written over', (node) => writeFile(join(node.driverDirectory, 'kv'), WORKING_DRIVER)],
  ['installed configuration is removed', (node) => rm(join(node.driverDirectory, '.config.json'))],
  ['desired configuration changes', (node) => node.setNodeConfig('{"schemaVersion":1,"deadlineSeconds":20}')],
])('when the %s, the next probe says so and the driver is installed again', async (_name, change) => {
  await using node = await nodeDirectory();
  const { keeper } = keeperOf(node);
  await keeper.run();
  await change(node);
  expect(await keeper.readiness()).toMatchObject({ ready: false, code: 'Installing' });
  await keeper.run();
  expect(await keeper.readiness()).toMatchObject({ ready: true });
});

function keeperOf(node: NodeDirectory, onSleep: () => Promise<void> = async () => undefined) {
  const pauses: number[] = [];
  const silent: Log = () => undefined;
  const keeper = new Keeper({
    install: () => install(node.settings, silent),
    nodeConfigFile: node.settings.nodeConfigFile,
    log: silent,
    metrics: new Metrics('1.2.3', node.settings.runDirectory),
    sleep: async (milliseconds) => {
      pauses.push(milliseconds);
      await onSleep();
    },
  });
  return { keeper, pauses };
}
