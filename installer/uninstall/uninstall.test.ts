import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { appendToSpool } from '../../driver/telemetry/spool.ts';
import { install } from '../installation/install.ts';
import { namesIn } from '../run-directory/volumes.ts';
import { type NodeDirectory, nodeDirectory } from '../testing/node-directory.ts';
import { Remover } from './remover.ts';
import { uninstall } from './uninstall.ts';

/** Short, as no kubelet is about. */
const SETTLE_MS = 20;
const hash = 'a'.repeat(32);

async function installed(): Promise<NodeDirectory> {
  const node = await nodeDirectory();
  onTestFinished(() => node[Symbol.asyncDispose]());
  await mkdir(node.settings.runDirectory, { mode: 0o700 });
  await install(node.settings, () => undefined);
  return node;
}

const putBackOn = (node: NodeDirectory) => () => install(node.settings, () => undefined);
const removeFrom = (node: NodeDirectory) => uninstall(node.settings, putBackOn(node), SETTLE_MS);
const volumesOf = ({ settings }: NodeDirectory) => join(settings.runDirectory, 'volumes');

/** A directory that has just been made is one that a mount is working on. */
async function use(node: NodeDirectory, id = hash): Promise<void> {
  await mkdir(join(volumesOf(node), id), { recursive: true });
}

/** What is there now was there an hour ago. */
function letAnHourPass(): void {
  const now = Date.now;
  const later = now() + 3_600_000;
  Date.now = () => later;
  onTestFinished(() => {
    Date.now = now;
  });
}

test('nothing of the driver is left on the node, and a second time changes nothing', async () => {
  const node = await installed();
  const { runDirectory, pluginDirectory } = node.settings;
  appendToSpool(join(runDirectory, 'events'), '{}\n');
  for (const name of ['locks', 'gate', 'agent']) await mkdir(join(runDirectory, name));
  await writeFile(join(runDirectory, 'locks', 'of-a-killed-one'), '');
  await mkdir(join(volumesOf(node), hash), { recursive: true });
  await writeFile(join(node.driverDirectory, '.kv.12345678-1234-1234-1234-123456789012'), 'half');
  letAnHourPass();
  for (const _again of [1, 2]) {
    expect(await removeFrom(node)).toEqual({ left: [] });
    expect(await readdir(pluginDirectory)).toEqual([]);
    expect(await namesIn(runDirectory)).toEqual([]);
  }
});

test('what is not the driver’s is left, and told', async () => {
  const node = await installed();
  const { runDirectory } = node.settings;
  await writeFile(join(node.driverDirectory, 'mine'), '');
  await writeFile(join(runDirectory, 'mine'), '');
  expect(await removeFrom(node)).toEqual({
    left: [join(node.driverDirectory, 'mine'), join(runDirectory, 'mine')],
  });
  expect(await readdir(node.driverDirectory)).toEqual(['mine']);
});

describe('it refuses, and leaves all as it is, while', () => {
  test.each<[string, string, (node: NodeDirectory) => Promise<unknown>]>([
    [
      'a pod has a volume',
      'pod shop/web-0, volume kv',
      async (node) => {
        const pod = { namespace: 'shop', name: 'web-0', uid: 'u' };
        const event = { time: new Date().toISOString(), callOut: 'mount', code: 'Success', pod, id: hash };
        appendToSpool(
          join(node.settings.runDirectory, 'events'),
          `${JSON.stringify({ ...event, volume: 'kv' })}\n`,
        );
        await use(node);
      },
    ],
    ['somebody has a volume of whom nothing tells', `volume ${hash}, of which nothing tells`, use],
    [
      'a mount waits for its turn',
      'a mount or unmount that is under way',
      async ({ settings }) => {
        await mkdir(join(settings.runDirectory, 'gate'));
        await writeFile(join(settings.runDirectory, 'gate', '000000000001.1.2.3'), '');
      },
    ],
  ])('%s', async (_, named, prepare) => {
    const node = await installed();
    await prepare(node);
    await expect(removeFrom(node)).rejects.toMatchObject({
      code: 'VolumesMounted',
      message: expect.stringContaining(named),
    });
    expect((await readdir(node.driverDirectory)).sort()).toEqual(['.config.json', 'kv']);
  });
});

test('of many users it names some and counts the rest', async () => {
  const node = await installed();
  for (let index = 0; index < 12; index += 1) await use(node, `${index}`.padStart(32, '0'));
  await expect(removeFrom(node)).rejects.toThrow(/; and 2 more\. Delete or move these pods first$/);
});

test('a mount that was started just before is seen, and gets its driver back', async () => {
  const node = await installed();
  const removing = uninstall(node.settings, putBackOn(node), 300);
  const driver = () => readdir(node.driverDirectory).then((names) => names.includes('kv'));
  while (await driver()) await new Promise((resolve) => setTimeout(resolve, 5));
  await use(node);
  await expect(removing).rejects.toMatchObject({ code: 'VolumesMounted' });
  expect(await driver()).toBe(true);
});

test('killed after it removed the driver, it puts it back for a volume that came meanwhile', async () => {
  const node = await installed();
  await rm(join(node.driverDirectory, 'kv'));
  await use(node);
  await expect(removeFrom(node)).rejects.toMatchObject({ code: 'VolumesMounted' });
  expect(await readdir(node.driverDirectory)).toContain('kv');
});

test('in the DaemonSet it waits for the volumes, says so once, and is ready when the driver is gone', async () => {
  const node = await installed();
  await use(node);
  const logged: string[] = [];
  let waits = 0;
  const remover = new Remover({
    uninstall: () => removeFrom(node),
    log: (level, event) => logged.push(`${level} ${event}`),
    async sleep() {
      waits += 1;
      expect(await remover.readiness()).toMatchObject({ ready: false, code: 'VolumesMounted' });
      if (waits === 3) await rm(join(volumesOf(node), hash), { recursive: true });
    },
  });
  await remover.run();
  expect(logged).toEqual(['warning uninstall-waits', 'info uninstalled']);
  expect(await remover.readiness()).toEqual({ ready: true });
  expect(await readdir(node.settings.pluginDirectory)).toEqual([]);
});
