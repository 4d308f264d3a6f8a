// @alone: restarts kubelet
// @release: kubelet
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl } from '../cluster/kubectl.ts';
import { mountedVolume, restartKubelet, waitUntilGone } from '../cluster/node-state.ts';
import { deletePod, deletePods, podUid, startPod, textInPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, readerVolume } from '../cluster/volumes.ts';
import { waitFor } from '../cluster/waiting.ts';
import { loadSeed, secretOf } from '../mock/seed.ts';

const state = readState();
const seed = await loadSeed();
const { value } = secretOf(seed, 'testkv', 'plain');
const node = state.worker;
const pod = 'survivor';

beforeAll(() => applyCredentials(state, seed));
afterAll(() => deletePods(state, [pod, `${pod}-next`]));

test('a running pod keeps its files over a restart of kubelet, and its deletion then leaves nothing', async () => {
  const volume = readerVolume(seed, [['secret', 'plain']]);
  await startPod(state, { name: pod, node, volume });
  const uid = await podUid(state, pod);
  const mounted = await mountedVolume(state, node, uid);

  await restartKubelet(state, node);
  const read = await waitFor(`kubelet of ${node} to know its pods again`, 60, () =>
    textInPod(state, pod, 'plain').catch(() => undefined),
  );
  expect(read).toBe(value);
  const restarts = ['get', 'pod', pod, '-o', 'jsonpath={.status.containerStatuses[0].restartCount}'];
  expect(await kubectl(state, restarts)).toBe('0');

  // kubelet finds the driver again by itself
  await startPod(state, { name: `${pod}-next`, node, volume });
  expect(await textInPod(state, `${pod}-next`, 'plain')).toBe(value);

  const nextUid = await podUid(state, `${pod}-next`);
  const nextMounted = await mountedVolume(state, node, nextUid);
  await deletePod(state, `${pod}-next`);
  await deletePod(state, pod);
  await waitUntilGone(state, node, nextUid, nextMounted);
  await waitUntilGone(state, node, uid, mounted);
});
