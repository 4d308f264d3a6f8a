import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalEntry } from '../mock/journal.ts';
import type { PodIdentity } from '../mock/seed/schema.ts';
import { command } from './command.ts';
import { mockImage } from './images.ts';
import { apply, kubectl } from './kubectl.ts';
import { nameHosts } from './network.ts';
import { onNode } from './node-commands.ts';
import type { EndToEndState } from './state.ts';
import { step } from './steps.ts';

type Target = Pick<EndToEndState, 'kubectl' | 'kubeconfig' | 'environment' | 'nodes'>;

const mockProgram = join(import.meta.dirname, '..', 'mock', 'main.ts');
const namespace = 'mock-azure';
/** On every node's loopback: the NMI, where the driver looks for it, and the control API of that NMI. */
const nmiControl = 'http://127.0.0.1:2580';
const controlPort = 8080;

/** The real names that the nodes resolve to the mock. */
const hosts = [
  'login.microsoftonline.com',
  'westeurope.login.microsoft.com',
  'testkv.vault.azure.net',
  'otherkv.vault.azure.net',
  'fallbackkv.vault.azure.net',
];

/** Lets the mock's own program make its CA and server certificate in a directory. Answers the CA's file. */
export async function makeTls(directory: string): Promise<string> {
  await command(process.execPath, [mockProgram, '--only-tls', '--tls-dir', directory]);
  return join(directory, 'ca.pem');
}

/**
 * Entra and the vaults as one pod behind a service, and the NMI on each node's loopback.
 * `tlsDirectory` holds what the mock's own program made. Answers the address of the control API.
 */
export async function deployMock(target: Target, tlsDirectory: string): Promise<string> {
  return step('deploy the mock of Azure', async () => {
    await apply(target, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await apply(target, await tlsSecret(tlsDirectory), service, azure, nodeIdentity);
    await kubectl(target, ['-n', namespace, 'rollout', 'status', 'deployment/azure', '--timeout=120s']);
    await kubectl(target, ['-n', namespace, 'rollout', 'status', 'daemonset/nmi', '--timeout=120s']);
    const read = (path: string) =>
      kubectl(target, ['-n', namespace, 'get', 'service', 'azure', '-o', `jsonpath=${path}`]);
    const clusterAddress = await read('{.spec.clusterIP}');
    for (const node of target.nodes) await nameHosts(target, node, clusterAddress, hosts);
    const nodePort = await read('{.spec.ports[?(@.name=="control")].nodePort}');
    const nodeAddress = await kubectl(target, [
      'get',
      'nodes',
      '-o',
      'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}',
    ]);
    return `http://${nodeAddress}:${nodePort}`;
  });
}

/** What Entra and the vaults were asked. */
export async function mockJournal(state: Pick<EndToEndState, 'mockControl'>): Promise<JournalEntry[]> {
  const answer = await fetch(`${state.mockControl}/requests`);
  return (await answer.json()) as JournalEntry[];
}

/** What the NMI of one node was asked. */
export async function nmiJournal(state: Target, node: string): Promise<JournalEntry[]> {
  return JSON.parse(await onNode(state, node, ['curl', '-sf', `${nmiControl}/requests`])) as JournalEntry[];
}

/** Sets which pods of one node have which identity, in place of all that was assigned there. */
export async function assignIdentities(
  state: Target,
  node: string,
  identities: readonly PodIdentity[],
): Promise<void> {
  const put = [
    'curl',
    '-sf',
    '-X',
    'PUT',
    '--data',
    JSON.stringify(identities),
    `${nmiControl}/pod-identities`,
  ];
  await onNode(state, node, put);
}

async function tlsSecret(directory: string): Promise<object> {
  const names = await readdir(directory);
  const entries = await Promise.all(
    names.map(async (name) => [name, (await readFile(join(directory, name))).toString('base64')] as const),
  );
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'tls', namespace },
    data: Object.fromEntries(entries),
  };
}

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'azure', namespace },
  spec: {
    // NodePort, so that the cases reach the control API from outside
    type: 'NodePort',
    selector: { app: 'azure' },
    ports: [
      { name: 'https', port: 443, targetPort: 443 },
      { name: 'control', port: controlPort, targetPort: controlPort },
    ],
  },
};

const container = { image: mockImage, imagePullPolicy: 'Never' };

const azure = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'azure', namespace },
  spec: {
    selector: { matchLabels: { app: 'azure' } },
    template: {
      metadata: { labels: { app: 'azure' } },
      spec: {
        terminationGracePeriodSeconds: 2,
        containers: [
          {
            ...container,
            name: 'azure',
            args: ['--tls', '0.0.0.0:443', '--control', `0.0.0.0:${controlPort}`, '--tls-dir', '/tls'],
            readinessProbe: { tcpSocket: { port: 443 }, periodSeconds: 1 },
            volumeMounts: [{ name: 'tls', mountPath: '/tls', readOnly: true }],
          },
        ],
        volumes: [{ name: 'tls', secret: { secretName: 'tls' } }],
      },
    },
  },
};

const nodeIdentity = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'nmi', namespace },
  spec: {
    selector: { matchLabels: { app: 'nmi' } },
    template: {
      metadata: { labels: { app: 'nmi' } },
      spec: {
        hostNetwork: true,
        tolerations: [{ operator: 'Exists' }],
        terminationGracePeriodSeconds: 2,
        containers: [
          {
            ...container,
            name: 'nmi',
            args: ['--nmi', '127.0.0.1:2579', '--control', '127.0.0.1:2580'],
            readinessProbe: { tcpSocket: { host: '127.0.0.1', port: 2579 }, periodSeconds: 1 },
          },
        ],
      },
    },
  },
};
