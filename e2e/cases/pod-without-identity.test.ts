import { afterAll, expect, test } from 'vitest';
import { assignIdentities } from '../cluster/mock-control.ts';
import {
  createPod,
  deletePod,
  eventMessages,
  phaseOf,
  readInPod,
  waitUntilRunning,
} from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { keyVaultVolume, objectLists } from '../cluster/volumes.ts';
import { waitFor } from '../cluster/waiting.ts';
import { loadSeed, secretOf } from '../mock/seed.ts';

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

  let events: string[] = [];
  const message = await waitFor(
    `an event of pod ${pod} that tells of its identity`,
    180,
    async () => {
      events = await eventMessages(state, pod);
      return events.find((text) =>
        text.includes('NMI has assigned no identity to pod default/unassigned-pod'),
      );
    },
    () => events,
  );
  expect(message).toContain('aadpodidbinding');
  expect(await phaseOf(state, pod)).toBe('Pending');

  await assignIdentities(state, node, [{ namespace: 'default', pod, principal: 'pod-identity' }]);
  await waitUntilRunning(state, pod, 180);
  expect((await readInPod(state, pod, 'plain')).toString()).toBe(secretOf(seed, 'testkv', 'plain').value);
});
