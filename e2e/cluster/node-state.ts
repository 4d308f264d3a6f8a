import { setTimeout as pause } from 'node:timers/promises';
import { onNode } from './node-commands.ts';
import type { EndToEndState } from './state.ts';
import { waitFor } from './waiting.ts';

/** Where the driver keeps the tmpfs of every mounted volume. */
const volumeStore = '/run/keyvault-flexvol/volumes';

export const pluginDirectory = '/usr/libexec/kubernetes/kubelet-plugins/volume/exec/azure~kv';

/** What of a pod and of the driver's volumes is on a node. */
export type Traces = {
  /** Lines of the mount table that name the pod. */
  readonly podMounts: readonly string[];
  /** The pod's directory, when kubelet still has it. */
  readonly podDirectory: readonly string[];
  /** What the driver keeps for volumes of any pod. */
  readonly storedVolumes: readonly string[];
};

export async function tracesOf(state: EndToEndState, node: string, uid: string): Promise<Traces> {
  const lines = (text: string) => text.split('\n').filter((line) => line !== '');
  const mounts = lines(await onNode(state, node, ['cat', '/proc/mounts']));
  const pods = lines(await onNode(state, node, ['ls', '/var/lib/kubelet/pods']));
  return {
    podMounts: mounts.filter((line) => line.includes(uid) && line.includes('azure~kv')),
    podDirectory: pods.filter((name) => name === uid),
    storedVolumes: await storedVolumes(state, node),
  };
}

export async function storedVolumes(state: EndToEndState, node: string): Promise<string[]> {
  const listing = await onNode(state, node, ['sh', '-c', `[ ! -d ${volumeStore} ] || ls -A ${volumeStore}`]);
  return listing.split('\n').filter((line) => line !== '');
}

/** Waits until nothing of a deleted pod is on the node, and the driver keeps what it kept before the pod came. */
export async function waitUntilGone(
  state: EndToEndState,
  node: string,
  uid: string,
  storedBefore: readonly string[],
): Promise<void> {
  const before = JSON.stringify(storedBefore.toSorted());
  let traces: Traces | undefined;
  await waitFor(
    `every trace of pod ${uid} to leave ${node}`,
    90,
    async () => {
      traces = await tracesOf(state, node, uid);
      const { podMounts, podDirectory, storedVolumes } = traces;
      const same = JSON.stringify(storedVolumes.toSorted()) === before;
      return podMounts.length === 0 && podDirectory.length === 0 && same ? true : undefined;
    },
    () => traces,
  );
}

/** Restarts kubelet on the node, and waits until it says it is healthy. */
export async function restartKubelet(state: EndToEndState, node: string): Promise<void> {
  await onNode(state, node, ['systemctl', 'restart', 'kubelet']);
  await pause(1000);
  await waitFor(`kubelet of ${node} to be healthy`, 60, () =>
    onNode(state, node, ['curl', '-sf', 'http://127.0.0.1:10248/healthz']).then(
      () => true,
      () => undefined,
    ),
  );
}
