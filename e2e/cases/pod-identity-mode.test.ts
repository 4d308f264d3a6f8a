import { afterAll, beforeAll, expect, test } from 'vitest';
import { nmiJournal } from '../cluster/mock-deployment.ts';
import { deletePod, nodeOf, readInPod, startPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { keyVaultVolume, objectLists } from '../cluster/volumes.ts';
import { loadSeed, secretOf } from '../mock/seed.ts';

const state = readState();
const pod = 'with-identity';

beforeAll(() =>
  startPod(state, {
    name: pod,
    labels: { aadpodidbinding: 'reader' },
    volume: keyVaultVolume({ usepodidentity: 'true', ...objectLists([['secret', 'db-password']]) }),
  }),
);
afterAll(() => deletePod(state, pod));

test('a pod reads with its own identity, no Secret being involved', async () => {
  const { value } = secretOf(await loadSeed(), 'testkv', 'db-password');
  expect((await readInPod(state, pod, 'db-password')).toString()).toBe(value);
});

test('the NMI of the pod’s own node gave the token', async () => {
  const requests = await nmiJournal(state, await nodeOf(state, pod));
  expect(requests).toContainEqual(
    expect.objectContaining({ role: 'nmi', status: 200, principal: 'pod-identity' }),
  );
});
