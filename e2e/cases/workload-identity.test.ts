// @release: kubelet, API server
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeExample, startExample } from '../cluster/examples.ts';
import { mockJournal, trustServiceAccount } from '../cluster/mock-control.ts';
import { createPod, deletePod, textInPod, whyItWaits } from '../cluster/pods.ts';
import { mayDo } from '../cluster/service-accounts.ts';
import { readState } from '../cluster/state.ts';
import { mockVaults } from '../cluster/vaults-under-test.ts';
import { keyVaultVolume } from '../cluster/volumes.ts';
import { loadSeed, principalOf } from '../mock/seed.ts';
import { exampleObjects } from '../real/objects.ts';

const state = readState(import.meta.filename);
const vaults = mockVaults(state);
const pod = 'workload-identity';
const { clientId, tenant } = principalOf(await loadSeed(), 'workload');

beforeAll(async () => {
  await trustServiceAccount(state, 'workload', { namespace: state.namespace, name: 'kv-reader' });
  await startExample(state, vaults, pod, { application: clientId });
});
afterAll(async () => {
  await deletePod(state, 'without-token');
  await removeExample(state, vaults, pod);
});

test('docs/examples/workload-identity.yaml: a pod reads with its own service account', async () => {
  const { value } = exampleObjects.testkv.secrets['shop-db-password'] ?? {};
  expect(await textInPod(state, pod, 'shop-db-password')).toBe(value);
});

test('Entra gave the application’s token for the service account’s', async () => {
  expect(await mockJournal(state)).toContainEqual(
    expect.objectContaining({ role: 'entra', status: 200, principal: 'workload' }),
  );
});

test('nobody needed more permissions in the cluster', async () => {
  const account = { namespace: state.namespace, name: 'kv-reader' };
  expect(await mayDo(state, account, 'create', 'serviceaccounts/token')).toBe(false);
});

test('a pod without such a token stays pending, and its events say what to add', async () => {
  const options = {
    useworkloadidentity: 'true',
    clientid: clientId,
    tenantid: tenant,
    keyvaultname: 'testkv',
    keyvaultobjectnames: 'shop-db-password',
    keyvaultobjecttypes: 'secret',
  };
  await createPod(state, { name: 'without-token', volume: keyVaultVolume(options) });
  const message = await whyItWaits(state, 'without-token', 'AzureADTokenExchange');
  expect(message).toContain('projected');
});
