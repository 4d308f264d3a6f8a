// @release: kubelet, API server
import { afterAll, beforeAll, expect, test } from 'vitest';
import { metricsTextOn } from '../cluster/installers.ts';
import { kubectl } from '../cluster/kubectl.ts';
import { onNode } from '../cluster/node-commands.ts';
import { createPod, deletePods, startPod, whyItWaits } from '../cluster/pods.ts';
import { installerLabel, productNamespace } from '../cluster/product.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, readerVolume } from '../cluster/volumes.ts';
import { waitFor } from '../cluster/waiting.ts';
import { loadSeed, principalOf, secretOf } from '../mock/seed.ts';

const state = readState(import.meta.filename);
const seed = await loadSeed();
const node = state.worker;

beforeAll(() => applyCredentials(state, seed));
afterAll(() => deletePods(state, ['quiet', 'quiet-failure']));

test('neither a mount nor a failing mount shows a credential or a value in logs, events, the spool or metrics', async () => {
  await startPod(state, { name: 'quiet', node, volume: readerVolume(seed, [['secret', 'db-password']]) });
  const missing = readerVolume(seed, [
    ['secret', 'db-password'],
    ['secret', 'no-such-secret'],
  ]);
  await createPod(state, { name: 'quiet-failure', node, volume: missing });
  const event = await whyItWaits(state, 'quiet-failure', 'no-such-secret');
  expect(event).toContain('testkv');

  const journal = await onNode(state, node, ['journalctl', '--no-pager', '-o', 'cat']);
  const events = await kubectl(state, ['get', 'events', '-A', '-o', 'json']);
  const installer = await waitFor('the event of the failure in the log of the installer', 60, async () => {
    const log = await kubectl(state, ['-n', productNamespace, 'logs', '-l', installerLabel, '--tail=-1']);
    return log.includes('no-such-secret') ? log : undefined;
  });
  const spool = await onNode(state, node, ['sh', '-c', 'cat /run/keyvault-flexvol/events/*']);
  const metrics = await metricsTextOn(state, node);
  // Each place was looked at.
  for (const text of [journal, spool]) expect(text).toContain('no-such-secret');
  expect(metrics).toMatch(/^keyvault_flexvol_\w+\{.*code="ObjectNotFound".*\} [1-9]/m);
  for (const canary of canaries())
    for (const [place, text] of Object.entries({ journal, events, installer, spool, metrics }))
      expect.soft(text.includes(canary), `${place} holds ${canary.slice(0, 6)}…`).toBe(false);
});

/** The client's secret and a value, as they are and in base64. */
function canaries(): string[] {
  const plain = [...principalOf(seed, 'reader').secrets, secretOf(seed, 'testkv', 'db-password').value];
  return plain.flatMap((text) => [text, Buffer.from(text).toString('base64')]);
}
