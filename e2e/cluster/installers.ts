import { kubectl } from './kubectl.ts';
import { installerLabel, productNamespace } from './release.ts';
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
  /** Who read the vault. */
  readonly source: 'direct' | 'agent';
  readonly [field: string]: unknown;
}

const inNamespace = ['-n', productNamespace];

/** Name of the installer's pod of a node; the newest, where an old one is ending. */
export async function installerOn(target: Target, node: string): Promise<string> {
  const names = await kubectl(target, [
    ...[...inNamespace, 'get', 'pods', '-l', installerLabel],
    ...['--field-selector', `spec.nodeName=${node}`, '--sort-by=.metadata.creationTimestamp'],
    ...['-o', 'jsonpath={.items[*].metadata.name}'],
  ]);
  return names.split(' ').at(-1) ?? '';
}

/** Waits until the installer of every node is of the last upgrade, and ready: helm leaves one of them out. */
export async function installersAreReady(target: Target): Promise<void> {
  const ofAll = ['daemonset', '-l', installerLabel, '--timeout=150s'];
  await kubectl(target, [...inNamespace, 'rollout', 'status', ...ofAll]);
}

/** Deletes the installer of a node, and waits until the next one is ready. */
export async function replaceInstaller(target: Target, node: string): Promise<void> {
  const former = await installerOn(target, node);
  await kubectl(target, [...inNamespace, 'delete', 'pod', former, '--wait']);
  await untilReplaced(target, node, former);
}

/** Waits until another installer than the former is there on a node, and ready: a roll-out's status may lag behind. */
export async function untilReplaced(target: Target, node: string, former: string): Promise<void> {
  const next = await waitFor(`${former} of ${node} to be replaced`, 90, async () => {
    const now = await installerOn(target, node);
    return now === former || now === '' ? undefined : now;
  });
  await kubectl(target, [...inNamespace, 'wait', '--for=condition=Ready', `pod/${next}`, '--timeout=90s']);
}

/** Waits until the node agent of a node takes questions. */
export async function untilAgentListens(target: Target, node: string): Promise<void> {
  await waitFor('the node agent to listen', 90, async () => {
    // Before its container is made it has no log.
    const log = await agentLog(target, node).catch(() => '');
    return log.includes('"agent-started"') || undefined;
  });
}

/** All that the installer of a node has logged since it runs. */
export async function installerLog(target: Target, node: string): Promise<string> {
  return kubectl(target, [...inNamespace, 'logs', await installerOn(target, node)]);
}

/** All that the node agent of a node has logged since it runs. */
async function agentLog(target: Target, node: string): Promise<string> {
  return kubectl(target, [...inNamespace, 'logs', await installerOn(target, node), '--container', 'agent']);
}

/** Runs a script of JavaScript in a container of the installer's pod, which has no shell; answers what it prints. */
export async function scriptIn(
  target: Target,
  node: string,
  container: 'installer' | 'agent',
  script: string,
): Promise<string> {
  const pod = await installerOn(target, node);
  const runtime = ['/opt/keyvault-flexvol/bun', '--no-install', '--no-env-file', '-e', script];
  return kubectl(target, [...inNamespace, 'exec', pod, '--container', container, '--', ...runtime]);
}

/** Runs a command of the installer in its pod of a node; answers its standard output. */
export async function installerSays(target: Target, node: string, ...args: string[]): Promise<string> {
  const pod = await installerOn(target, node);
  return kubectl(target, [...inNamespace, 'exec', pod, '--', 'installer', ...args]);
}

/** The mounts and unmounts that the installer of a node has logged since it runs, the newest last. */
export async function eventsOn(target: Target, node: string): Promise<LoggedEvent[]> {
  const lines = (await installerLog(target, node)).split('\n').filter((line) => line.startsWith('{'));
  return lines
    .map((line) => JSON.parse(line) as LoggedEvent)
    .filter(({ event }) => event === 'mount' || event === 'unmount');
}

/**
 * Waits for the newest event of a node that is of this pod, by its uid: an unmount is told nothing else of it, and a
 * pod of the same name may have been there before.
 */
export function untilLogged(
  target: Target,
  node: string,
  event: LoggedEvent['event'],
  uid: string,
  code = 'Success',
): Promise<LoggedEvent> {
  return waitFor(`the event of the ${event} of pod ${uid}`, 60, async () =>
    (await eventsOn(target, node)).findLast(
      (one) => one.event === event && one.code === code && one.pod.uid === uid,
    ),
  );
}

/** What the installer of a node serves at `/metrics`; at the agent's port what the agent does. */
export async function metricsTextOn(target: Target, node: string, port = 9809): Promise<string> {
  const installer = await installerOn(target, node);
  const path = `/api/v1/namespaces/${productNamespace}/pods/${installer}:${port}/proxy/metrics`;
  return kubectl(target, ['get', '--raw', path]);
}

/** The same by name and labels as they are written there. */
export async function metricsOn(target: Target, node: string): Promise<Map<string, number>> {
  const text = await metricsTextOn(target, node);
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
