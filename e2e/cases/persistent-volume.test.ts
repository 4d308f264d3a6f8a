import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, kubectl } from '../cluster/kubectl.ts';
import { deletePod, readInPod, startPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, credentialsSecret, objectLists } from '../cluster/volumes.ts';
import { loadSeed, principalOf, secretOf } from '../mock/seed.ts';

const state = readState();
const seed = await loadSeed();
const name = 'kv-claim';

beforeAll(() => applyCredentials(state, seed));
afterAll(async () => {
  await deletePod(state, name);
  await kubectl(state, ['delete', 'pvc', name, '--ignore-not-found']);
  await kubectl(state, ['delete', 'pv', name, '--ignore-not-found']);
});

// Namespaces of the Pod Security level "restricted" forbid the inline form and allow this one.
test('a pod gets its files through a PersistentVolumeClaim', async () => {
  const common = { accessModes: ['ReadOnlyMany'], storageClassName: '' };
  await apply(
    state,
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: {
        ...common,
        capacity: { storage: '1Mi' },
        flexVolume: {
          driver: 'azure/kv',
          readOnly: true,
          secretRef: { name: credentialsSecret, namespace: 'default' },
          options: { ...objectLists([['secret', 'plain']]), tenantid: principalOf(seed, 'reader').tenant },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: 'default' },
      spec: { ...common, volumeName: name, resources: { requests: { storage: '1Mi' } } },
    },
  );
  await startPod(state, { name, volume: { persistentVolumeClaim: { claimName: name, readOnly: true } } });
  expect((await readInPod(state, name, 'plain')).toString()).toBe(secretOf(seed, 'testkv', 'plain').value);
});
