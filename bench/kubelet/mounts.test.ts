import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installerOn, installersAreReady } from '../../e2e/cluster/installers.ts';
import { kubectl } from '../../e2e/cluster/kubectl.ts';
import { setLatency } from '../../e2e/cluster/mock-control.ts';
import { createPod, deletePod, startPod } from '../../e2e/cluster/pods.ts';
import { productNamespace, upgradeProduct } from '../../e2e/cluster/product.ts';
import { readState } from '../../e2e/cluster/state.ts';
import { applyCredentials, keyVaultVolume, objectLists, readerVolume } from '../../e2e/cluster/volumes.ts';
import { waitFor } from '../../e2e/cluster/waiting.ts';
import { eightObjects, loadSeed } from '../../e2e/mock/seed.ts';
import { type KubeletRow, originOf, writeResults } from '../results.ts';
import { spreadOf } from '../statistics.ts';
import { type Histogram, medianOf, readMounts, since } from './histogram.ts';

const state = readState();
const seed = await loadSeed();
const node = state.nodes.find((name) => name.endsWith('worker')) ?? '';
const rows: KubeletRow[] = [];
const FIRST_ROUNDS = 5;

const volume = readerVolume(seed, eightObjects);

/** `--bench agent`: the same by the node agent, which keeps what it read, so that only the first pod of it waits for Azure. */
// biome-ignore lint/style/noProcessEnv: how `e2e/run.ts --bench agent` asks for it
const byAgent = process.env['KVFV_BENCH'] === 'agent';

beforeAll(async () => {
  await applyCredentials(state, seed);
  if (byAgent) await upgradeProduct(state, '--set', 'agent.enabled=true');
  // The first mount after an installation also reads the executable from the disk.
  await startPod(state, { name: 'warm-up', node, volume });
  await deletePod(state, 'warm-up');
});
afterAll(async () => {
  await setLatency(state, 0);
  if (byAgent) {
    const memory = await memoryOfInstaller();
    writeResults('kubeletByAgent', { origin: originOf('npm run e2e -- --bench agent'), rows, memory });
  } else writeResults('kubelet', { origin: originOf('npm run e2e -- --bench'), rows });
});

test.runIf(byAgent)('the first pod of an identity, 30 ms per request', async () => {
  await setLatency(state, 30);
  const options = { ...objectLists([['secret', 'plain']]), usevmmanagedidentity: 'true' };
  const each: number[] = [];
  for (let round = 0; round < FIRST_ROUNDS; round++) {
    await replaceAgent();
    // The agent has read for somebody else before, so that what is measured is the identity's first pod and not the agent's.
    await startPod(state, { name: 'other', node, volume: keyVaultVolume(options) });
    const mounts = await mountsOf(1, () => startPod(state, { name: 'first', node, volume }));
    each.push(mounts.sum * 1000);
    for (const name of ['other', 'first']) await deletePod(state, name);
  }
  rows.push({
    latencyMs: 30,
    pods: FIRST_ROUNDS,
    atOnce: false,
    firstOfIdentity: true,
    meanMilliseconds: each.reduce((sum, one) => sum + one, 0) / each.length,
    medianMilliseconds: spreadOf(each).median,
  });
});

test.each([0, 30])('15 pods one after the other, %i ms per request', async (latencyMs) => {
  await setLatency(state, latencyMs);
  const names = Array.from({ length: 15 }, (_, index) => `single-${index}`);
  const each: number[] = [];
  for (const name of names) {
    const mounts = await mountsOf(1, () => startPod(state, { name, node, volume }));
    each.push(mounts.sum * 1000);
    await deletePod(state, name);
  }
  const { median } = spreadOf(each);
  const mean = each.reduce((sum, one) => sum + one, 0) / each.length;
  rows.push({
    latencyMs,
    pods: names.length,
    atOnce: false,
    meanMilliseconds: mean,
    medianMilliseconds: median,
  });
});

test.each([0, 30])('50 pods at once, %i ms per request', async (latencyMs) => {
  await setLatency(state, latencyMs);
  const names = Array.from({ length: 50 }, (_, index) => `crowd-${index}`);
  const mounts = await mountsOf(names.length, () =>
    Promise.all(names.map((name) => createPod(state, { name, node, volume }))),
  );
  const { median, bucket } = medianOf(mounts);
  rows.push({
    latencyMs,
    pods: names.length,
    atOnce: true,
    meanMilliseconds: (mounts.sum / mounts.count) * 1000,
    medianMilliseconds: median * 1000,
    medianBucket: [bucket[0] * 1000, bucket[1] * 1000],
  });
  await kubectl(state, ['delete', 'pod', ...names, '--wait', '--timeout=170s']);
});

/** A new agent, which knows nothing. */
async function replaceAgent(): Promise<void> {
  const old = await installerOn(state, node);
  await kubectl(state, ['-n', productNamespace, 'delete', 'pod', old, '--wait']);
  await installersAreReady(state);
}

/** By kubelet's own account of the installer's container, some ten seconds old. */
async function memoryOfInstaller(): Promise<{ workingSetMegabytes: number; residentMegabytes: number }> {
  await setTimeout(20_000);
  const said = await kubectl(state, ['get', '--raw', `/api/v1/nodes/${node}/proxy/stats/summary`]);
  const { pods } = JSON.parse(said) as {
    pods: {
      podRef: { namespace: string };
      containers: { name: string; memory: Record<string, number> }[];
    }[];
  };
  const memory = pods
    .filter(({ podRef }) => podRef.namespace === productNamespace)
    .flatMap(({ containers }) => containers)
    .find(({ name }) => name === 'installer')?.memory;
  return {
    workingSetMegabytes: (memory?.['workingSetBytes'] ?? Number.NaN) / 1e6,
    residentMegabytes: (memory?.['rssBytes'] ?? Number.NaN) / 1e6,
  };
}

/** What kubelet counts of so many mounts. Of one it is exact: the sum of what was added. */
async function mountsOf(count: number, action: () => Promise<unknown>): Promise<Histogram> {
  const before = await mountsSoFar();
  await action();
  let mounts = before;
  await waitFor(
    'the mounts to be counted',
    150,
    async () => {
      mounts = since(before, await mountsSoFar());
      return mounts.count >= count ? mounts : undefined;
    },
    () => `${mounts.count} of ${count}`,
  );
  expect(mounts.count).toBe(count);
  return mounts;
}

async function mountsSoFar(): Promise<Histogram> {
  return readMounts(
    await kubectl(state, ['get', '--raw', `/api/v1/nodes/${node}/proxy/metrics`]),
    'azure/kv',
  );
}
