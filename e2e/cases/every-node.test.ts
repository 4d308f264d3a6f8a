// @release: kubelet
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deletePod, startPod, textInPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, readerVolume } from '../cluster/volumes.ts';
import { loadSeed, secretOf } from '../mock/seed.ts';

const state = readState(import.meta.filename);
const seed = await loadSeed();
const podOn = (node: string) => `on-${node}`;

beforeAll(() => applyCredentials(state, seed));
afterAll(async () => {
  for (const node of state.nodes) await deletePod(state, podOn(node));
});

test.each([...state.nodes])('a pod on %s gets its files', async (node) => {
  await startPod(state, { name: podOn(node), node, volume: readerVolume(seed, [['secret', 'multiline']]) });
  expect(await textInPod(state, podOn(node), 'multiline')).toBe(secretOf(seed, 'testkv', 'multiline').value);
});
