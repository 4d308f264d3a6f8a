// @alone: counts every call-out of a node
// @release: kubelet
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installersAreReady, metricsOn, untilLogged } from '../cluster/installers.ts';
import { createPod, deletePods, podUid, startPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, readerVolume } from '../cluster/volumes.ts';
import { waitFor } from '../cluster/waiting.ts';
import { loadSeed, secretOf } from '../mock/seed.ts';

const state = readState();
const seed = await loadSeed();
const node = state.worker;
let before: Map<string, number>;

const mounts = (code: string, identity = 'service-principal') =>
  `callouts_total{callout="mount",code="${code}",identity="${identity}",source="direct"}`;
const unmounts = 'callouts_total{callout="unmount",code="Success",identity="none",source="direct"}';

beforeAll(async () => {
  await applyCredentials(state, seed);
  await installersAreReady(state);
  // Volumes of earlier cases' pods may still be on their way out.
  await waitFor('no volume to be mounted', 90, async () => {
    before = await metricsOn(state, node);
    return before.get('keyvault_flexvol_mounted_volumes') === 0 ? true : undefined;
  });
});
afterAll(() => deletePods(state, ['counted', 'counted-too', 'counted-failure']));

test('the events of mounts are in the log of the installer: what, for whom and how long, and no value', async () => {
  const volume = readerVolume(seed, [
    ['secret', 'plain'],
    ['secret', 'multiline'],
  ]);
  await startPod(state, { name: 'counted', node, volume });
  await startPod(state, { name: 'counted-too', node, volume });
  const uid = await podUid(state, 'counted');
  const event = await untilLogged(state, node, 'mount', uid);
  expect(event).toMatchObject({
    level: 'info',
    code: 'Success',
    pod: { namespace: 'default', name: 'counted', uid, serviceAccount: 'default' },
    volume: 'kv',
    identity: 'service-principal',
    vaultRequests: { 200: 2 },
    tokenRequests: { 200: 1 },
    objects: [
      { type: 'secret', name: 'plain', vault: 'testkv' },
      { type: 'secret', name: 'multiline', vault: 'testkv' },
    ],
  });
  expect(event['durationsMs']).toMatchObject({ total: expect.any(Number), fetch: expect.any(Number) });
  expect(JSON.stringify(event)).not.toContain(secretOf(seed, 'testkv', 'plain').value);
});

test('they are counted: mounts, requests, phases, mounted volumes', async () => {
  expect(await grownBy(mounts('Success'), 2)).toBe(2);
  expect(await grownBy('vault_requests_total{status="200"}', 4)).toBe(4);
  expect(await grownBy('token_requests_total{status="200"}', 2)).toBe(2);
  expect(await grownBy('callout_phase_duration_seconds_count{callout="mount",phase="total"}', 2)).toBe(2);
  expect(await grownBy('mounted_volumes', 2)).toBe(2);
});

test('a mount that fails is counted by its code, each time that kubelet tries', async () => {
  const volume = readerVolume(seed, [['secret', 'no-such-secret']]);
  await createPod(state, { name: 'counted-failure', node, volume });
  expect(await grownBy(mounts('ObjectNotFound'), 2)).toBeGreaterThanOrEqual(2);
  expect(await grownBy('vault_requests_total{status="404"}', 2)).toBeGreaterThanOrEqual(2);
  const uid = await podUid(state, 'counted-failure');
  expect(await untilLogged(state, node, 'mount', uid, 'ObjectNotFound')).toMatchObject({
    level: 'warning',
    code: 'ObjectNotFound',
    message: expect.stringContaining('no-such-secret'),
  });
});

test('unmounts are counted, and the volumes are no longer', async () => {
  // Earlier cases' unmounts are counted by now, as the mounts after them are.
  before = await metricsOn(state, node);
  await deletePods(state, ['counted', 'counted-too', 'counted-failure']);
  expect(await grownBy(unmounts, 2)).toBe(2);
  expect(await grownBy('mounted_volumes', -2)).toBe(-2);
});

/** By how much a metric is more than it was before, once that is `wanted` or for long something else. */
async function grownBy(metric: string, wanted: number): Promise<number> {
  const name = `keyvault_flexvol_${metric}`;
  let grown = Number.NaN;
  await waitFor(`${metric} to grow by ${wanted}`, 90, async () => {
    grown = ((await metricsOn(state, node)).get(name) ?? 0) - (before.get(name) ?? 0);
    const isThere = metric === 'mounted_volumes' ? grown === wanted : grown >= wanted;
    return isThere ? true : undefined;
  }).catch(() => undefined);
  return grown;
}
