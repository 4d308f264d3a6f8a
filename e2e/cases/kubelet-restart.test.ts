import { beforeAll, expect, test } from 'vitest';
import { kubectl } from '../cluster/kubectl.ts';
import { restartKubelet, storedVolumes, waitUntilGone } from '../cluster/node-state.ts';
import { deletePod, podUid, readInPod, startPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, readerVolume } from '../cluster/volumes.ts';
import { loadSeed, secretOf } from '../mock/seed.ts';

const state = readState();
const seed = await loadSeed();
const { value } = secretOf(seed, 'testkv', 'plain');
const node = state.nodes.at(-1) ?? '';
const pod = 'survivor';

beforeAll(() => applyCredentials(state, seed));

test('a running pod keeps its files over a restart of kubelet, and its deletion then leaves nothing', async () => {
  const before = await storedVolumes(state, node);
  const volume = readerVolume(seed, [['secret', 'plain']]);
  await startPod(state, { name: pod, node, volume });
  const uid = await podUid(state, pod);

  await restartKubelet(state, node);
  expect((await readInPod(state, pod, 'plain')).toString()).toBe(value);
  const restarts = ['get', 'pod', pod, '-o', 'jsonpath={.status.containerStatuses[0].restartCount}'];
  expect(await kubectl(state, restarts)).toBe('0');

  // kubelet finds the driver again by itself
  await startPod(state, { name: `${pod}-next`, node, volume });
  expect((await readInPod(state, `${pod}-next`, 'plain')).toString()).toBe(value);

  const nextUid = await podUid(state, `${pod}-next`);
  await deletePod(state, `${pod}-next`);
  await deletePod(state, pod);
  await waitUntilGone(state, node, nextUid, before);
  await waitUntilGone(state, node, uid, before);
});
