// @alone: stops NMI on every node
import { afterAll, expect, test } from 'vitest';
import { startNmi, stopNmi } from '../cluster/mock-outage.ts';
import { createPod, deletePod, textInPod, waitUntilRunning, whyItWaits } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { keyVaultVolume, objectLists } from '../cluster/volumes.ts';
import { loadSeed, secretOf } from '../mock/seed.ts';

const state = readState();
const seed = await loadSeed();
const node = state.worker;
const pod = 'nmi-restart';

afterAll(async () => {
  await startNmi(state);
  await deletePod(state, pod);
});

test('a pod that starts while NMI restarts says so, and runs once NMI is back', async () => {
  await stopNmi(state);
  const volume = keyVaultVolume({ usepodidentity: 'true', ...objectLists([['secret', 'plain']]) });
  await createPod(state, { name: pod, node, volume });
  const message = await whyItWaits(state, pod, 'NMI');
  expect(message).toContain('could not be reached');

  await startNmi(state);
  await waitUntilRunning(state, pod);
  expect(await textInPod(state, pod, 'plain')).toBe(secretOf(seed, 'testkv', 'plain').value);
});
