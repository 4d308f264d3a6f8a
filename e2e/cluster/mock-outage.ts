import { kubectl } from './kubectl.ts';
import { onNode } from './node-commands.ts';
import type { EndToEndState } from './state.ts';
import { waitFor } from './waiting.ts';

type Target = Pick<EndToEndState, 'kubectl' | 'kubeconfig'>;
type Nodes = Target & Pick<EndToEndState, 'environment' | 'nodes'>;

const inMock = ['-n', 'mock-azure'];

/**
 * Takes Entra and the vaults off the network: nodes are refused every connection. What the vaults hold stays, but
 * the mock's control API is out of reach as well.
 */
export async function takeAzureDown(target: Nodes): Promise<void> {
  await selectForService(target, 'nobody');
  await untilNodesFind(target, 'refused');
}

/** Ends `takeAzureDown`. */
export async function bringAzureBack(target: Nodes): Promise<void> {
  await selectForService(target, 'azure');
  await untilNodesFind(target, 'answered');
}

/** A node's rules for a service follow the service by and by. */
async function untilNodesFind(target: Nodes, wanted: 'refused' | 'answered'): Promise<void> {
  const ask = ['curl', '-sk', '--max-time', '5', '-o', '/dev/null', 'https://login.microsoftonline.com/'];
  for (const node of target.nodes)
    await waitFor(`connections of ${node} to Entra to be ${wanted}`, 60, async () => {
      const found = await onNode(target, node, ask).then(
        () => 'answered',
        () => 'refused',
      );
      return found === wanted ? true : undefined;
    });
}

async function selectForService(target: Target, app: string): Promise<void> {
  const patch = JSON.stringify({ spec: { selector: { app } } });
  await kubectl(target, [...inMock, 'patch', 'service', 'azure', '--type', 'merge', '-p', patch]);
}

/** Ends NMI (and IMDS) on every node, until `startNmi`. */
export async function stopNmi(target: Target): Promise<void> {
  await selectForNmi(target, { 'example.com/nowhere': 'true' });
  await waitFor('NMI to be gone', 90, async () => {
    const pods = await kubectl(target, [...inMock, 'get', 'pods', '-l', 'app=nmi', '-o', 'name']);
    return pods === '' ? true : undefined;
  });
}

/** Starts NMI again; it comes with the identities of its seed. */
export async function startNmi(target: Target): Promise<void> {
  await selectForNmi(target, null);
  await kubectl(target, [...inMock, 'rollout', 'status', 'daemonset/nmi', '--timeout=120s']);
}

/** `null` takes the selector away. */
async function selectForNmi(
  target: Target,
  nodeSelector: Readonly<Record<string, string>> | null,
): Promise<void> {
  const patch = JSON.stringify({ spec: { template: { spec: { nodeSelector } } } });
  await kubectl(target, [...inMock, 'patch', 'daemonset', 'nmi', '--type', 'merge', '-p', patch]);
}
