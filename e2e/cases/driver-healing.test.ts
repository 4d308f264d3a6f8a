// @alone: evicts the installer and deletes the driver of a node
// @release: kubelet, API server
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installerOn, installersAreReady, untilReplaced } from '../cluster/installers.ts';
import { kubectl } from '../cluster/kubectl.ts';
import { onNode } from '../cluster/node-commands.ts';
import { mountedVolume, pluginDirectory, waitUntilGone } from '../cluster/node-state.ts';
import { deletePods, podUid, startPod, textInPod } from '../cluster/pods.ts';
import { productNamespace } from '../cluster/product.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, readerVolume } from '../cluster/volumes.ts';
import { waitFor } from '../cluster/waiting.ts';
import { loadSeed, secretOf } from '../mock/seed.ts';

const state = readState();
const seed = await loadSeed();
const { value } = secretOf(seed, 'testkv', 'plain');
const node = state.worker;
const volume = readerVolume(seed, [['secret', 'plain']]);

beforeAll(() => applyCredentials(state, seed));
afterAll(async () => {
  await installersAreReady(state);
  await deletePods(state, ['before-eviction', 'during-eviction', 'after-healing']);
});

test('an evicted installer is replaced, and pods mount meanwhile', async () => {
  await startPod(state, { name: 'before-eviction', node, volume });
  const evicted = await installerOn(state, node);
  const eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: evicted, namespace: productNamespace },
  };
  await kubectl(
    state,
    ['create', '--raw', `/api/v1/namespaces/${productNamespace}/pods/${evicted}/eviction`, '-f', '-'],
    { input: JSON.stringify(eviction) },
  );
  await startPod(state, { name: 'during-eviction', node, volume });
  expect(await textInPod(state, 'during-eviction', 'plain')).toBe(value);
  expect(await textInPod(state, 'before-eviction', 'plain')).toBe(value);
  await untilReplaced(state, node, evicted);
});

test('a driver that somebody deleted is put back: pods mount again, and older ones unmount', async () => {
  const uid = await podUid(state, 'before-eviction');
  const mounted = await mountedVolume(state, node, uid);
  const driver = `${pluginDirectory}/kv`;
  const digest = await onNode(state, node, ['sha256sum', driver]);
  await onNode(state, node, ['rm', driver]);
  await waitFor('the driver to be put back', 90, () =>
    onNode(state, node, ['sha256sum', driver]).then(
      (now) => (now === digest ? true : undefined),
      () => undefined,
    ),
  );
  await startPod(state, { name: 'after-healing', node, volume });
  expect(await textInPod(state, 'after-healing', 'plain')).toBe(value);
  await deletePods(state, ['before-eviction']);
  await waitUntilGone(state, node, uid, mounted);
});
