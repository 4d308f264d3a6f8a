// @alone: takes Azure off the network
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bringAzureBack, takeAzureDown } from '../cluster/mock-outage.ts';
import { createPod, deletePod, textInPod, waitUntilRunning, whyItWaits } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, readerVolume } from '../cluster/volumes.ts';
import { loadSeed, secretOf } from '../mock/seed.ts';

const state = readState();
const seed = await loadSeed();
const node = state.worker;
const pod = 'vault-outage';

beforeAll(() => applyCredentials(state, seed));
afterAll(async () => {
  await bringAzureBack(state);
  await deletePod(state, pod);
});

test('a pod that starts while Azure is down says so, and runs without a human when Azure is back', async () => {
  await takeAzureDown(state);
  await createPod(state, { name: pod, node, volume: readerVolume(seed, [['secret', 'plain']]) });
  const message = await whyItWaits(state, pod, 'could not be reached');
  expect(message).toContain('login.microsoftonline.com');

  await bringAzureBack(state);
  await waitUntilRunning(state, pod);
  expect(await textInPod(state, pod, 'plain')).toBe(secretOf(seed, 'testkv', 'plain').value);
});
