// @release: kubelet
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mountedVolume, waitUntilGone } from '../cluster/node-state.ts';
import { deletePod, deletePods, podUid, startPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, readerVolume } from '../cluster/volumes.ts';
import { loadSeed } from '../mock/seed.ts';

const state = readState(import.meta.filename);
const seed = await loadSeed();
const node = state.worker;

beforeAll(() => applyCredentials(state, seed));
afterAll(() => deletePods(state, ['deleted-ro', 'deleted-rw']));

test.each([true, false])('deleting a pod leaves nothing on its node (readOnly %s)', async (readOnly) => {
  const pod = `deleted-${readOnly ? 'ro' : 'rw'}`;
  await startPod(state, { name: pod, node, volume: readerVolume(seed, [['secret', 'plain']], readOnly) });
  const uid = await podUid(state, pod);
  const volume = await mountedVolume(state, node, uid);
  expect(volume.fileSystem).toBe('tmpfs');

  await deletePod(state, pod);
  await waitUntilGone(state, node, uid, volume);
});
