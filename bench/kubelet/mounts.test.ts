import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl } from '../../e2e/cluster/kubectl.ts';
import { setLatency } from '../../e2e/cluster/mock-control.ts';
import { createPod, deletePod, startPod } from '../../e2e/cluster/pods.ts';
import { upgradeProduct } from '../../e2e/cluster/product.ts';
import { readState } from '../../e2e/cluster/state.ts';
import { applyCredentials, readerVolume } from '../../e2e/cluster/volumes.ts';
import { waitFor } from '../../e2e/cluster/waiting.ts';
import { loadSeed } from '../../e2e/mock/seed.ts';
import { type KubeletRow, originOf, writeResults } from '../results.ts';
import { spreadOf } from '../statistics.ts';
import { seeded } from '../volumes.ts';
import { type Histogram, medianOf, readMounts, since } from './histogram.ts';

const state = readState();
const seed = await loadSeed();
const node = state.nodes.find((name) => name.endsWith('worker')) ?? '';
const rows: KubeletRow[] = [];

const volume = readerVolume(seed, seeded);

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
  if (byAgent) writeResults('kubeletByAgent', { origin: originOf('npm run e2e -- --bench agent'), rows });
  else writeResults('kubelet', { origin: originOf('npm run e2e -- --bench'), rows });
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
