// @release: kubelet
import { afterAll, expect, test } from 'vitest';
import { apply } from '../cluster/kubectl.ts';
import { createPod, deletePod, textInPod, waitUntilRunning, whyItWaits } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, credentialsSecret, readerVolume } from '../cluster/volumes.ts';
import { loadSeed, principalOf, secretOf } from '../mock/seed.ts';

const state = readState(import.meta.filename);
const seed = await loadSeed();
const pod = 'corrected-credentials';
const wrong = 'not-the-secret-of-this-application';

afterAll(async () => {
  await applyCredentials(state, seed);
  await deletePod(state, pod);
});

test('a wrong client secret is named in the pod’s events, and its correction is enough to start the pod', async () => {
  await apply(state, {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'azure/kv',
    metadata: { name: credentialsSecret },
    stringData: { clientid: principalOf(seed, 'reader').clientId, clientsecret: wrong },
  });
  await createPod(state, { name: pod, volume: readerVolume(seed, [['secret', 'plain']]) });
  const message = await whyItWaits(state, pod, 'CredentialRejected');
  expect(message).toContain('clientsecret');
  expect(message).not.toContain(wrong);

  await applyCredentials(state, seed);
  await waitUntilRunning(state, pod);
  expect(await textInPod(state, pod, 'plain')).toBe(secretOf(seed, 'testkv', 'plain').value);
});
