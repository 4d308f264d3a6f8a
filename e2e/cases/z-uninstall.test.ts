import { afterAll, beforeAll, expect, test } from 'vitest';
import { mountedVolume, waitUntilGone } from '../cluster/node-state.ts';
import { deletePod, podUid, readInPod, startPod } from '../cluster/pods.ts';
import { installProduct, uninstallProduct } from '../cluster/product.ts';
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
  for (const name of ['uninstalled', 'after-install']) await deletePod(state, name);
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
