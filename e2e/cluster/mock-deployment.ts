import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from './command.ts';
import { mockImage } from './images.ts';
import { apply, kubectl } from './kubectl.ts';
import { nodeControlAddress } from './mock-control.ts';
import { nameHosts } from './network.ts';
import { onNode } from './node-commands.ts';
import type { EndToEndState } from './state.ts';
import { step } from './steps.ts';

type Target = Pick<EndToEndState, 'kubectl' | 'kubeconfig' | 'environment' | 'nodes'>;

const mockProgram = join(import.meta.dirname, '..', 'mock', 'main.ts');
const namespace = 'mock-azure';
/** Where the instance metadata service is on every Azure machine. */
export const imdsAddress = '169.254.169.254';
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

/** Where this machine reaches the mock. */
export type MockAddresses = Pick<EndToEndState, 'mockControl' | 'mockAzure'>;

/**
 * Entra and the vaults as one pod behind a service; on each node NMI on the loopback, and IMDS at its own address.
 * `tlsDirectory` holds what the mock's own program made.
 */
export async function deployMock(target: Target, tlsDirectory: string): Promise<MockAddresses> {
  return step('deploy the mock of Azure', async () => {
    for (const node of target.nodes)
      await onNode(target, node, ['ip', 'address', 'replace', `${imdsAddress}/32`, 'dev', 'lo']);
    await apply(target, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await apply(target, await tlsSecret(tlsDirectory), service, azure, nodeIdentity);
    await kubectl(target, ['-n', namespace, 'rollout', 'status', 'deployment/azure', '--timeout=120s']);
    await kubectl(target, ['-n', namespace, 'rollout', 'status', 'daemonset/nmi', '--timeout=120s']);
    const read = (path: string) =>
      kubectl(target, ['-n', namespace, 'get', 'service', 'azure', '-o', `jsonpath=${path}`]);
    const clusterAddress = await read('{.spec.clusterIP}');
    for (const node of target.nodes) await nameHosts(target, node, clusterAddress, hosts);
    const nodePort = (port: string) => read(`{.spec.ports[?(@.name=="${port}")].nodePort}`);
    const nodeAddress = await kubectl(target, [
      'get',
      'nodes',
      '-o',
      'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}',
    ]);
    return {
      mockControl: `http://${nodeAddress}:${await nodePort('control')}`,
      mockAzure: {
        address: nodeAddress,
        port: Number(await nodePort('https')),
        caPem: await readFile(join(tlsDirectory, 'ca.pem'), 'utf8'),
      },
    };
  });
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
    // NodePort, so that the cases reach the control API and the vaults from outside
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
        // what the vaults hold is in its memory, and cases restart the other node
        nodeSelector: { 'node-role.kubernetes.io/control-plane': '' },
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
            args: [
              ...['--nmi', '127.0.0.1:2579', '--imds', `${imdsAddress}:80`],
              ...['--control', nodeControlAddress],
            ],
            readinessProbe: { tcpSocket: { host: '127.0.0.1', port: 2579 }, periodSeconds: 1 },
          },
        ],
      },
    },
  },
};
