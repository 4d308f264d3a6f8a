import { mkdirSync } from 'node:fs';
import { release } from 'node:os';
import { command } from './command.ts';
import type { EndToEndState } from './state.ts';
import { step, together } from './steps.ts';
import { waitFor } from './waiting.ts';

type Cluster = Pick<EndToEndState, 'clusterName' | 'kubeconfig' | 'environment'> & { readonly kind: string };

const roles = ['control-plane', 'worker'];
export const nodeCount = roles.length;

const configuration = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking:
  disableDefaultCNI: true
nodes:
${roles.map((role) => `- role: ${role}`).join('\n')}
kubeadmConfigPatches:
- |
  kind: KubeletConfiguration
  failCgroupV1: false
`;

/** Two nodes from the image, without a pod network yet. Its kubeconfig is a file of its own, never the user's. */
export async function createCluster(cluster: Cluster, image: string): Promise<void> {
  // kind mounts it into the nodes
  mkdirSync(`/lib/modules/${release()}`, { recursive: true });
  await step(`create the cluster ${cluster.clusterName}`, () =>
    command(
      cluster.kind,
      [
        'create',
        'cluster',
        '--name',
        cluster.clusterName,
        '--image',
        image,
        '--config',
        '-',
        '--kubeconfig',
        cluster.kubeconfig,
      ],
      { env: cluster.environment, input: configuration, timeoutSeconds: 400 },
    ),
  );
}

/**
 * kind makes the network of all its clusters with the first one, and fails if another kind does so at the same time.
 * This waits until it is there.
 */
export async function networkOfClusters(environment: Readonly<Record<string, string>>): Promise<void> {
  await waitFor('the network of the clusters', 120, () =>
    command('podman', ['network', 'exists', 'kind'], { env: environment }).then(
      () => true,
      () => undefined,
    ),
  );
}

/** Part of the clean-up, so it also runs after an interruption. */
export async function deleteCluster(cluster: Cluster): Promise<void> {
  await step(`delete the cluster ${cluster.clusterName}`, () =>
    command(
      cluster.kind,
      ['delete', 'cluster', '--name', cluster.clusterName, '--kubeconfig', cluster.kubeconfig],
      {
        env: cluster.environment,
        timeoutSeconds: 120,
        evenIfInterrupted: true,
      },
    ),
  );
}

/** Hands image archives to containerd of every node, all at the same time. */
export async function loadImages(cluster: Cluster, archives: readonly string[]): Promise<void> {
  const load = (archive: string): Promise<string> =>
    command(cluster.kind, ['load', 'image-archive', archive, '--name', cluster.clusterName], {
      env: cluster.environment,
    });
  await together(...archives.map(load));
}
