import { posix } from 'node:path';
import { busyboxImage } from './images.ts';
import { apply, kubectl } from './kubectl.ts';
import type { EndToEndState } from './state.ts';
import { waitFor } from './waiting.ts';

/** A pod with one container that sleeps, or runs the command, the volume being at `/kv`. */
export type PodRequest = {
  /** `<name>` of the case's namespace, or `<namespace>/<name>`. */
  readonly name: string;
  readonly volume: object;
  readonly mountReadOnly?: boolean;
  /** Paths of the container, and what of the volume is mounted there besides. */
  readonly subPaths?: Readonly<Record<string, string>>;
  readonly node?: string;
  /** The node that the scheduler is to choose, by which it minds taints; `node` goes past it. */
  readonly scheduledTo?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly securityContext?: object;
  readonly command?: readonly string[];
};

export const mountPath = '/kv';

/** Arguments that name a pod: `<name>` of the case's namespace, or `<namespace>/<name>`. */
function named(pod: string): string[] {
  const [namespace = '', name] = pod.split('/');
  return name === undefined ? [namespace] : [name, '--namespace', namespace];
}

export async function createPod(state: EndToEndState, pod: PodRequest): Promise<void> {
  await createPods(state, [pod]);
}

/** Several at once, by one request. */
export async function createPods(state: EndToEndState, pods: readonly PodRequest[]): Promise<void> {
  await apply(state, ...pods.map(manifestOf));
}

function manifestOf(pod: PodRequest): object {
  const [name, , namespace] = named(pod.name);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...(namespace ? { namespace } : {}), labels: pod.labels ?? {} },
    spec: {
      ...(pod.node ? { nodeName: pod.node } : {}),
      ...(pod.scheduledTo ? { nodeSelector: { 'kubernetes.io/hostname': pod.scheduledTo } } : {}),
      ...(pod.securityContext ? { securityContext: pod.securityContext } : {}),
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'main',
          image: busyboxImage,
          imagePullPolicy: 'Never',
          command: pod.command ?? ['sleep', '1000000'],
          volumeMounts: [
            { name: 'kv', mountPath, readOnly: pod.mountReadOnly ?? false },
            ...Object.entries(pod.subPaths ?? {}).map(([path, subPath]) => ({
              name: 'kv',
              mountPath: path,
              subPath,
            })),
          ],
        },
      ],
      volumes: [{ name: 'kv', ...pod.volume }],
    },
  };
}

/** kubelet tries a mount again 122 s after the last time at the latest; so long, and a little for the mount itself. */
const LATEST_START_SECONDS = 180;

/** Waits until the pod runs; error after the time: its phase and events. */
export async function waitUntilRunning(state: EndToEndState, name: string): Promise<void> {
  let phase = 'unknown';
  await waitFor(
    `pod ${name} to run`,
    LATEST_START_SECONDS,
    async () => {
      phase = await phaseOf(state, name);
      return phase === 'Running' ? phase : undefined;
    },
    () => phase,
  ).catch(async (error: unknown) => {
    const messages = await eventMessages(state, name);
    throw new Error(`${error instanceof Error ? error.message : error}; its events: ${messages.join(' | ')}`);
  });
}

function phaseOf(state: EndToEndState, pod: string): Promise<string> {
  return kubectl(state, ['get', 'pod', ...named(pod), '-o', 'jsonpath={.status.phase}']);
}

export async function startPod(state: EndToEndState, pod: PodRequest): Promise<void> {
  await createPod(state, pod);
  await waitUntilRunning(state, pod.name);
}

/** Deletes the pod and waits until the API server has forgotten it, which kubelet allows once its volumes are gone. */
export async function deletePod(state: EndToEndState, name: string): Promise<void> {
  await kubectl(state, ['delete', 'pod', ...named(name), '--ignore-not-found', '--wait', '--timeout=120s']);
}

/** The same for several pods of the case's namespace at once. */
export async function deletePods(state: EndToEndState, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await kubectl(state, ['delete', 'pod', ...names, '--ignore-not-found', '--wait', '--timeout=170s']);
}

/** Runs a program in the pod's container; answers its standard output. */
export function inPod(state: EndToEndState, pod: string, ...args: string[]): Promise<string> {
  return kubectl(state, ['exec', ...named(pod), '--', ...args]);
}

/** Bytes of a file as the container reads them; `file` is a path of the volume, or an absolute one. */
export async function readInPod(state: EndToEndState, pod: string, file: string): Promise<Buffer> {
  return Buffer.from(await inPod(state, pod, 'base64', posix.resolve(mountPath, file)), 'base64');
}

/** The same in UTF-8. */
export async function textInPod(state: EndToEndState, pod: string, file: string): Promise<string> {
  return (await readInPod(state, pod, file)).toString('utf8');
}

/** All files of the volume, but what belongs to its layout: paths below its root, sorted. */
export async function filesInPod(state: EndToEndState, pod: string): Promise<string[]> {
  const found = await inPod(state, pod, 'sh', '-c', `cd ${mountPath}/..data/ && find . -type f`);
  return found
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.slice(2))
    .toSorted();
}

/** `<mode> <owner> <group>` of a file that a path of the volume leads to, as in `640 0 2000`. */
export function permissionsInPod(state: EndToEndState, pod: string, file: string): Promise<string> {
  return inPod(state, pod, 'stat', '-L', '-c', '%a %u %g', posix.resolve(mountPath, file));
}

/** Messages of the pod's events, and of no earlier pod of its name: events outlive their pods. */
export async function eventMessages(state: EndToEndState, pod: string): Promise<string[]> {
  const [, ...namespace] = named(pod);
  const ofPod = ['--field-selector', `involvedObject.uid=${await podUid(state, pod)}`];
  const listing = await kubectl(state, ['get', 'events', ...namespace, ...ofPod, '-o', 'json']);
  return (JSON.parse(listing) as { items: { message: string }[] }).items.map(({ message }) => message);
}

/**
 * Waits until an event of the pod has this text, which is why it does not start yet.
 * @returns the event's message
 * @throws when there is none in time, with the events there are; and when the pod is past waiting
 */
export async function whyItWaits(state: EndToEndState, pod: string, text: string): Promise<string> {
  let messages: string[] = [];
  const message = await waitFor(
    `an event of pod ${pod} with ${JSON.stringify(text)}`,
    120,
    async () => {
      messages = await eventMessages(state, pod);
      return messages.find((each) => each.includes(text));
    },
    () => messages,
  );
  const phase = await phaseOf(state, pod);
  if (phase !== 'Pending') throw new Error(`pod ${pod} is ${phase}, though its events say: ${message}`);
  return message;
}

export async function podUid(state: EndToEndState, pod: string): Promise<string> {
  return kubectl(state, ['get', 'pod', ...named(pod), '-o', 'jsonpath={.metadata.uid}']);
}

export async function nodeOf(state: EndToEndState, pod: string): Promise<string> {
  return kubectl(state, ['get', 'pod', ...named(pod), '-o', 'jsonpath={.spec.nodeName}']);
}
