import { kubectl } from './kubectl.ts';
import { installerLabel, productNamespace } from './product.ts';
import type { EndToEndState } from './state.ts';
import { waitFor } from './waiting.ts';

type Target = Pick<EndToEndState, 'kubectl' | 'kubeconfig'>;

/** What a call-out leaves behind, as the installer logs it, as far as cases look at it. */
export interface LoggedEvent {
  readonly event: 'mount' | 'unmount';
  readonly code: string;
  readonly pod: { readonly namespace?: string; readonly name?: string; readonly uid?: string };
  readonly id?: string;
  readonly driverVersion: string;
  readonly [field: string]: unknown;
}

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
  const ofAll = ['daemonset', '-l', installerLabel, '--timeout=90s'];
  await kubectl(target, ['-n', productNamespace, 'rollout', 'status', ...ofAll]);
}

/** Waits until the node agent of a node takes questions. */
export async function untilAgentListens(target: Target, node: string, seconds = 90): Promise<void> {
  await waitFor('the node agent to listen', seconds, async () => {
    const pod = await installerOn(target, node);
    // Before its container is made it has no log.
    const log = await kubectl(target, ['-n', productNamespace, 'logs', pod]).catch(() => '');
    return log.includes('"agent-started"') || undefined;
  });
}

/** The mounts and unmounts that the installer of a node has logged since it runs, the newest last. */
export async function eventsOn(target: Target, node: string): Promise<LoggedEvent[]> {
  const installer = await installerOn(target, node);
  const log = await kubectl(target, ['-n', productNamespace, 'logs', installer]);
  const lines = log.split('\n').filter((line) => line.startsWith('{'));
  return lines
    .map((line) => JSON.parse(line) as LoggedEvent)
    .filter(({ event }) => event === 'mount' || event === 'unmount');
}

/** What the installer of a node serves at `/metrics`, by name and labels as they are written there. */
export async function metricsOn(target: Target, node: string): Promise<Map<string, number>> {
  const installer = await installerOn(target, node);
  const path = `/api/v1/namespaces/${productNamespace}/pods/${installer}:9809/proxy/metrics`;
  const text = await kubectl(target, ['get', '--raw', path]);
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

/** Version of the driver that the installer of a node has installed. */
export async function versionOn(target: Target, node: string): Promise<string> {
  const names = [...(await metricsOn(target, node)).keys()];
  return names.map((name) => /^keyvault_flexvol_info\{version="(.*)"\}$/.exec(name)?.[1]).find(Boolean) ?? '';
}
