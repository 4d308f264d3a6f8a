import { command } from './command.ts';
import { kubectl } from './kubectl.ts';
import { imdsAddress } from './mock-deployment.ts';
import { hostsOf, reconnectNode, setHosts } from './network.ts';
import { onNode } from './node-commands.ts';
import { untilKubeletIsHealthy } from './node-state.ts';
import type { EndToEndState } from './state.ts';

/**
 * Restarts the container that a node is: every process ends, every mount and all of /run go, the disk stays. What a
 * machine's network gives it at its boot, routes and names, is given to it again. Answers when kubelet runs.
 */
export async function rebootNode(state: EndToEndState, node: string): Promise<void> {
  const names = await hostsOf(state, node);
  await command('podman', ['restart', '--time', '5', node], {
    env: { ...state.environment },
    timeoutSeconds: 90,
  });
  await onNode(state, node, ['ip', 'address', 'replace', `${imdsAddress}/32`, 'dev', 'lo']);
  // without the line of the node itself, as it may boot with another address
  const booted = await hostsOf(state, node);
  const given = names.filter((line) => !booted.includes(line) && !line.includes(node));
  await setHosts(state, node, [...booted, ...given]);
  await reconnectNode(state, node);
  await untilKubeletIsHealthy(state, node);
  await kubectl(state, ['wait', '--for=condition=Ready', `node/${node}`, '--timeout=90s']);
}
