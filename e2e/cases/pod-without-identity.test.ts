import { afterAll, expect, test } from 'vitest';
import { assignIdentities } from '../cluster/mock-control.ts';
import { createPod, deletePod, textInPod, waitUntilRunning, whyItWaits } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { keyVaultVolume, objectLists } from '../cluster/volumes.ts';
import { loadSeed, secretOf } from '../mock/seed.ts';

// The mock's NMI gives identities to pods of `default`.
const state = readState();
const seed = await loadSeed();
const pod = 'unassigned-pod';
const node = state.nodes[0] ?? '';

afterAll(async () => {
  await assignIdentities(state, node, seed.podIdentities);
  await deletePod(state, pod);
});

test('a pod without an identity stays pending, its events say why, and it starts once it has one', async () => {
  const options = { usepodidentity: 'true', ...objectLists([['secret', 'plain']]) };
  await createPod(state, { name: pod, node, volume: keyVaultVolume(options) });

  const reason = 'NMI has assigned no identity to pod default/unassigned-pod';
  const message = await whyItWaits(state, pod, reason);
  expect(message).toContain('aadpodidbinding');

  const identity = { namespace: 'default', pod, principal: 'pod-identity' };
  await assignIdentities(state, node, [identity, ...seed.podIdentities]);
  await waitUntilRunning(state, pod);
  expect(await textInPod(state, pod, 'plain')).toBe(secretOf(seed, 'testkv', 'plain').value);
});
