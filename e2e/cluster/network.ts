import { nodeCount } from './cluster.ts';
import { kubectl } from './kubectl.ts';
import { onNode } from './node-commands.ts';
import type { EndToEndState } from './state.ts';
import { step } from './steps.ts';
import { waitFor } from './waiting.ts';

type Target = Pick<EndToEndState, 'kubectl' | 'kubeconfig' | 'environment'>;
type NodeTarget = Pick<Target, 'environment'>;
type Node = { readonly name: string; readonly podCidr: string; readonly address: string };

/**
 * The pod network: on each node a `ptp` bridge for its own pod range and a route to every other node's range.
 * No CNI image is needed. Answers the nodes' names, all of them ready and open to pods.
 */
export async function connectPods(target: Target): Promise<string[]> {
  return step('connect the nodes, wait until they are ready', async () => {
    // kind is done when kubelet runs; on a busy machine its node may not be registered by then
    await waitFor(`${nodeCount} nodes to register`, 60, async () =>
      (await listNodes(target)).length === nodeCount ? true : undefined,
    );
    await kubectl(target, ['wait', '--for=jsonpath={.spec.podCIDR}', 'node', '--all', '--timeout=60s']);
    const nodes = await listNodes(target);
    for (const node of nodes) {
      await onNode(target, node.name, ['tee', '/etc/cni/net.d/10-kind.conflist'], {
        input: cniConfiguration(node),
      });
      await routeToOthers(target, node, nodes);
    }
    await kubectl(target, ['wait', '--for=condition=Ready', 'node', '--all', '--timeout=120s']);
    await kubectl(target, ['taint', 'node', '--all', 'node-role.kubernetes.io/control-plane-']).catch(
      ignoreUntainted,
    );
    return nodes.map((node) => node.name);
  });
}

/** Gives a node that has booted its way to the others' pods again, and them theirs to its pods, whatever its address now is. */
export async function reconnectNode(target: Target, name: string): Promise<void> {
  const [address = ''] = (await onNode(target, name, ['hostname', '-I'])).split(' ');
  const nodes = (await listNodes(target)).map((node) => (node.name === name ? { ...node, address } : node));
  for (const node of nodes) await routeToOthers(target, node, nodes);
}

async function routeToOthers(target: NodeTarget, node: Node, nodes: readonly Node[]): Promise<void> {
  for (const other of nodes)
    if (other.name !== node.name)
      await onNode(target, node.name, ['ip', 'route', 'replace', other.podCidr, 'via', other.address]);
}

/** Makes names resolve to one address on a node itself, where kubelet runs the driver. */
export async function nameHosts(
  target: NodeTarget,
  node: string,
  address: string,
  hosts: readonly string[],
): Promise<void> {
  await onNode(target, node, ['tee', '-a', '/etc/hosts'], { input: `${address} ${hosts.join(' ')}\n` });
}

/** The lines of a node's hosts file. */
export async function hostsOf(target: NodeTarget, node: string): Promise<string[]> {
  return (await onNode(target, node, ['cat', '/etc/hosts'])).split('\n');
}

/** Written in place, as the file is a mount of its own. */
export async function setHosts(target: NodeTarget, node: string, lines: readonly string[]): Promise<void> {
  await onNode(target, node, ['tee', '/etc/hosts'], { input: `${lines.join('\n')}\n` });
}

async function listNodes(target: Target): Promise<Node[]> {
  const listing = await kubectl(target, ['get', 'nodes', '-o', 'json']);
  const { items } = JSON.parse(listing) as {
    items: {
      metadata: { name: string };
      spec: { podCIDR: string };
      status: { addresses: { type: string; address: string }[] };
    }[];
  };
  return items.map(({ metadata, spec, status }) => {
    const address = status.addresses.find(({ type }) => type === 'InternalIP')?.address;
    if (!address) throw new Error(`node ${metadata.name} has no InternalIP`);
    return { name: metadata.name, podCidr: spec.podCIDR, address };
  });
}

function cniConfiguration(node: Node): string {
  const ipam = { type: 'host-local', ranges: [[{ subnet: node.podCidr }]], routes: [{ dst: '0.0.0.0/0' }] };
  const plugins = [
    { type: 'ptp', ipMasq: true, ipam },
    { type: 'portmap', capabilities: { portMappings: true } },
  ];
  return JSON.stringify({ cniVersion: '0.4.0', name: 'kind', plugins });
}

/** The worker never had the taint, which kubectl answers with exit code 1 although the other node lost it. */
function ignoreUntainted(error: unknown): void {
  if (!(error instanceof Error && error.message.includes('not found'))) throw error;
}
