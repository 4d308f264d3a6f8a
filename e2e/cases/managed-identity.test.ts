import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeExample, startExample } from '../cluster/examples.ts';
import { nodeJournal } from '../cluster/mock-control.ts';
import { nodeOf, textInPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { mockVaults } from '../cluster/vaults-under-test.ts';
import { loadSeed, principalOf } from '../mock/seed.ts';
import { exampleObjects } from '../real/objects.ts';

const state = readState(import.meta.filename);
const vaults = mockVaults(state);
const pod = 'managed-identity';
const { clientId } = principalOf(await loadSeed(), 'user-identity');

beforeAll(() => startExample(state, vaults, pod, { managedIdentity: clientId }));
afterAll(() => removeExample(state, vaults, pod));

test('docs/examples/managed-identity.yaml: a pod reads with an identity of its node', async () => {
  const { value } = exampleObjects.testkv.secrets['shop-db-password'] ?? {};
  expect(await textInPod(state, pod, 'shop-db-password')).toBe(value);
});

test('the instance metadata service of the pod’s own node gave the token of that identity', async () => {
  const requests = await nodeJournal(state, await nodeOf(state, pod));
  expect(requests).toContainEqual(
    expect.objectContaining({ role: 'imds', status: 200, principal: 'user-identity' }),
  );
});
