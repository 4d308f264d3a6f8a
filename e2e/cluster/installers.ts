import { kubectl } from './kubectl.ts';
import { installerLabel, productNamespace } from './product.ts';
import type { EndToEndState } from './state.ts';

type Target = Pick<EndToEndState, 'kubectl' | 'kubeconfig'>;

/** Name of the installer's pod of a node; the newest, where an old one is ending. */
export async function installerOn(target: Target, node: string): Promise<string> {
  const names = await kubectl(target, [
    ...['-n', productNamespace, 'get', 'pods', '-l', installerLabel],
    ...['--field-selector', `spec.nodeName=${node}`, '--sort-by=.metadata.creationTimestamp'],
    ...['-o', 'jsonpath={.items[*].metadata.name}'],
  ]);
  return names.split(' ').at(-1) ?? '';
}

/** Waits until the installer of every node is ready. */
export async function installersAreReady(target: Target): Promise<void> {
  await kubectl(target, [
    '-n',
    productNamespace,
    'rollout',
    'status',
    'daemonset',
    '-l',
    installerLabel,
    '--timeout=90s',
  ]);
}
