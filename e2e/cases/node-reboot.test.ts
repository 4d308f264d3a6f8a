// @alone: restarts a node
// @release: kubelet
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replaceInstaller } from '../cluster/installers.ts';
import { kubectl } from '../cluster/kubectl.ts';
import { rebootNode } from '../cluster/node-reboot.ts';
import { createPods, deletePods, textInPod } from '../cluster/pods.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, readerVolume } from '../cluster/volumes.ts';
import { waitFor } from '../cluster/waiting.ts';
import { loadSeed, secretOf } from '../mock/seed.ts';

const state = readState();
const seed = await loadSeed();
const node = state.worker;
const pods = Array.from({ length: 30 }, (_, index) => `rebooted-${index}`);
/** Three kinds of content in turn, so that a volume of another pod would be noticed. */
const secrets = ['plain', 'multiline', 'db-password'] as const;
const secretFor = (index: number): string => secrets[index % secrets.length] ?? '';

beforeAll(() => applyCredentials(state, seed));
afterAll(async () => {
  await deletePods(state, pods);
  // as found: an installer that was never restarted
  await replaceInstaller(state, node);
});

test('after a reboot of their node 30 pods all come back, each with the right bytes', async () => {
  const requests = pods.map((name, index) => ({
    name,
    node,
    volume: readerVolume(seed, [['secret', secretFor(index)]]),
  }));
  await createPods(state, requests);
  await waitUntilAllRun(0);

  await rebootNode(state, node);
  await waitUntilAllRun(1);
  for (const [index, name] of pods.entries())
    expect(await textInPod(state, name, secretFor(index))).toBe(
      secretOf(seed, 'testkv', secretFor(index)).value,
    );
});

/** Waits until the container of each pod runs, after so many restarts at least. */
async function waitUntilAllRun(restarts: number): Promise<void> {
  let waiting: string[] = pods;
  await waitFor(
    `${pods.length} pods to run`,
    300,
    async () => {
      const listing = await kubectl(state, ['get', 'pods', '-o', 'json']);
      const { items } = JSON.parse(listing) as {
        items: {
          metadata: { name: string };
          status: { containerStatuses?: { ready: boolean; restartCount: number }[] };
        }[];
      };
      const running = items
        .filter(({ status }) =>
          status.containerStatuses?.every(({ ready, restartCount }) => ready && restartCount >= restarts),
        )
        .map(({ metadata }) => metadata.name);
      waiting = pods.filter((name) => !running.includes(name));
      return waiting.length === 0 ? true : undefined;
    },
    () => waiting,
  );
}
