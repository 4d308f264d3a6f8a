import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeExample, startExample } from '../cluster/examples.ts';
import { nodeJournal } from '../cluster/mock-control.ts';
import { nodeOf, textInPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { mockVaults } from '../cluster/vaults-under-test.ts';
import { exampleObjects } from '../real/objects.ts';

// The mock's NMI gives identities to pods of `default`.
const state = readState();
const vaults = mockVaults(state);
const pod = 'pod-identity';

beforeAll(() => startExample(state, vaults, pod));
afterAll(() => removeExample(state, vaults, pod));

test('docs/examples/pod-identity.yaml: a pod reads with its own identity, no Secret being involved', async () => {
  const { value } = exampleObjects.testkv.secrets['shop-db-password'] ?? {};
  expect(await textInPod(state, pod, 'shop-db-password')).toBe(value);
});

test('the NMI of the pod’s own node gave the token', async () => {
  const requests = await nodeJournal(state, await nodeOf(state, pod));
  expect(requests).toContainEqual(
    expect.objectContaining({ role: 'nmi', status: 200, principal: 'pod-identity' }),
  );
});
