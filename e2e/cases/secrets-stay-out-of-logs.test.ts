import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl } from '../cluster/kubectl.ts';
import { onNode } from '../cluster/node-commands.ts';
import { createPod, deletePod, eventMessages, startPod } from '../cluster/pods.ts';
import { installerLabel, productNamespace } from '../cluster/product.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, readerVolume } from '../cluster/volumes.ts';
import { waitFor } from '../cluster/waiting.ts';
import { loadSeed, principalOf, secretOf } from '../mock/seed.ts';

const state = readState();
const seed = await loadSeed();
const node = state.nodes.at(-1) ?? '';

beforeAll(() => applyCredentials(state, seed));
afterAll(async () => {
  await deletePod(state, 'quiet');
  await deletePod(state, 'quiet-failure');
});

test('neither a mount nor a failing mount shows a credential or a value in logs, events, the spool or metrics', async () => {
  await startPod(state, { name: 'quiet', node, volume: readerVolume(seed, [['secret', 'db-password']]) });
  const missing = readerVolume(seed, [
    ['secret', 'db-password'],
    ['secret', 'no-such-secret'],
  ]);
  await createPod(state, { name: 'quiet-failure', node, volume: missing });
  const event = await waitFor('the event of a failing mount', 60, async () =>
    (await eventMessages(state, 'quiet-failure')).find((text) => text.includes('no-such-secret')),
  );
  expect(event).toContain('testkv');

  const journal = await onNode(state, node, ['journalctl', '--no-pager', '-o', 'cat']);
  const events = await kubectl(state, ['get', 'events', '-A', '-o', 'json']);
  const installer = await waitFor('the event of the failure in the log of the installer', 60, async () => {
    const log = await kubectl(state, ['-n', productNamespace, 'logs', '-l', installerLabel, '--tail=-1']);
    return log.includes('no-such-secret') ? log : undefined;
  });
  const spool = await onNode(state, node, ['sh', '-c', 'cat /run/keyvault-flexvol/events/*']);
  const metrics = await metricsOf(await installerOn(node));
  // Each place was looked at.
  for (const text of [journal, spool]) expect(text).toContain('no-such-secret');
  expect(metrics).toMatch(/^keyvault_flexvol_\w+\{.*code="ObjectNotFound".*\} [1-9]/m);
  for (const canary of canaries())
    for (const [place, text] of Object.entries({ journal, events, installer, spool, metrics }))
      expect.soft(text.includes(canary), `${place} holds ${canary.slice(0, 6)}…`).toBe(false);
});

async function installerOn(name: string): Promise<string> {
  const which = ['-l', installerLabel, '--field-selector', `spec.nodeName=${name}`, '-o', 'name'];
  return (await kubectl(state, ['-n', productNamespace, 'get', 'pods', ...which])).trim().replace('pod/', '');
}

function metricsOf(pod: string): Promise<string> {
  const path = `/api/v1/namespaces/${productNamespace}/pods/${pod}:9809/proxy/metrics`;
  return kubectl(state, ['get', '--raw', path]);
}

/** The client's secret and a value, as they are and in base64. */
function canaries(): string[] {
  const plain = [...principalOf(seed, 'reader').secrets, secretOf(seed, 'testkv', 'db-password').value];
  return plain.flatMap((text) => [text, Buffer.from(text).toString('base64')]);
}
