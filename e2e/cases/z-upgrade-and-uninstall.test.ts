import { afterAll, beforeAll, expect, test } from 'vitest';
import { onNode } from '../cluster/node-commands.ts';
import { mountedVolume, pluginDirectory, waitUntilGone } from '../cluster/node-state.ts';
import { deletePod, podUid, readInPod, startPod } from '../cluster/pods.ts';
import { installProduct, uninstallProduct, upgradeProduct } from '../cluster/product.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, readerVolume } from '../cluster/volumes.ts';
import { loadSeed, secretOf } from '../mock/seed.ts';

const state = readState();
const seed = await loadSeed();
const { value } = secretOf(seed, 'testkv', 'plain');
const node = state.nodes.at(-1) ?? '';
const volume = readerVolume(seed, [['secret', 'plain']]);

beforeAll(() => applyCredentials(state, seed));
afterAll(async () => {
  for (const name of ['upgraded', 'after-upgrade', 'uninstalled', 'after-install'])
    await deletePod(state, name);
});

test('a mounted pod keeps reading over a helm upgrade, and new pods mount after it', async () => {
  await startPod(state, { name: 'upgraded', node, volume });
  await upgradeProduct(state, '--set', 'nodeConfig.deadlineSeconds=50');
  const configuration = await onNode(state, node, ['cat', `${pluginDirectory}/.config.json`]);
  expect(JSON.parse(configuration)).toMatchObject({ deadlineSeconds: 50 });
  expect((await readInPod(state, 'upgraded', 'plain')).toString()).toBe(value);
  await startPod(state, { name: 'after-upgrade', node, volume });
  expect((await readInPod(state, 'after-upgrade', 'plain')).toString()).toBe(value);
  await deletePod(state, 'after-upgrade');
  await deletePod(state, 'upgraded');
});

test('a mounted pod outlives helm uninstall and is unmounted without the product', async () => {
  await startPod(state, { name: 'uninstalled', node, volume });
  const uid = await podUid(state, 'uninstalled');
  const mounted = await mountedVolume(state, node, uid);
  await uninstallProduct(state);
  expect((await readInPod(state, 'uninstalled', 'plain')).toString()).toBe(value);
  await deletePod(state, 'uninstalled');
  await waitUntilGone(state, node, uid, mounted);
});

test('the product can be installed again', async () => {
  await installProduct(state);
  await startPod(state, { name: 'after-install', node, volume });
  expect((await readInPod(state, 'after-install', 'plain')).toString()).toBe(value);
});
