import { onNode } from './node-commands.ts';
import type { EndToEndState } from './state.ts';
import { waitFor } from './waiting.ts';

/** Where the driver keeps the tmpfs of every mounted volume. */
const volumeStore = '/run/keyvault-flexvol/volumes';

export const pluginDirectory = '/usr/libexec/kubernetes/kubelet-plugins/volume/exec/azure~kv';

/** Where a mounted volume is on its node. */
export type MountedVolume = {
  /** Below kubelet's directory of the pod. */
  readonly path: string;
  readonly fileSystem: string;
  /** The same file system in the driver's own store. */
  readonly storedAt: string;
};

/** Finds the pod's only volume of the driver, and by its device number what the driver keeps for it. */
export async function mountedVolume(state: EndToEndState, node: string, uid: string): Promise<MountedVolume> {
  const mounts = await mountTable(state, node);
  const ofPod = mounts.filter(({ path }) => path.includes(`/pods/${uid}/volumes/azure~kv/`));
  const [mount] = ofPod;
  const stored = mounts.find(({ path, device }) => path.startsWith(volumeStore) && device === mount?.device);
  if (!mount || ofPod.length !== 1 || !stored)
    throw new Error(
      `expected one mounted volume of pod ${uid} on ${node}, found ${JSON.stringify({ ofPod, stored })}`,
    );
  return { path: mount.path, fileSystem: mount.fileSystem, storedAt: stored.path };
}

/** Waits until nothing of a deleted pod and of its volume is on the node: no mount, no directory, nothing stored. */
export async function waitUntilGone(
  state: EndToEndState,
  node: string,
  uid: string,
  volume: MountedVolume,
): Promise<void> {
  let left: unknown;
  await waitFor(
    `every trace of pod ${uid} to leave ${node}`,
    90,
    async () => {
      const mounts = (await mountTable(state, node)).filter(
        ({ path }) => path.includes(uid) || path === volume.storedAt,
      );
      const paths = [`/var/lib/kubelet/pods/${uid}`, volume.storedAt];
      const files = await onNode(state, node, [
        'sh',
        '-c',
        'for path; do [ ! -e "$path" ] || echo "$path"; done',
        'sh',
        ...paths,
      ]);
      left = { mounts, files };
      return mounts.length === 0 && files === '' ? true : undefined;
    },
    () => left,
  );
}

type Mount = { readonly device: string; readonly path: string; readonly fileSystem: string };

/** The node's mounts: proc(5), mountinfo, fields 3, 5 and the one after the separator. */
async function mountTable(state: EndToEndState, node: string): Promise<Mount[]> {
  const table = await onNode(state, node, ['cat', '/proc/self/mountinfo']);
  return table.split('\n').map((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , device = '', , path = ''] = before.split(' ');
    return { device, path, fileSystem: after.split(' ')[0] ?? '' };
  });
}

/** Restarts kubelet on the node, and waits until the new one says it is healthy. */
export async function restartKubelet(state: EndToEndState, node: string): Promise<void> {
  // It ends when the old one has.
  await onNode(state, node, ['systemctl', 'restart', 'kubelet']);
  await untilKubeletIsHealthy(state, node);
}

export async function untilKubeletIsHealthy(
  state: Pick<EndToEndState, 'environment'>,
  node: string,
): Promise<void> {
  await waitFor(`kubelet of ${node} to be healthy`, 90, () =>
    onNode(state, node, ['curl', '-sf', 'http://127.0.0.1:10248/healthz']).then(
      () => true,
      () => undefined,
    ),
  );
}
