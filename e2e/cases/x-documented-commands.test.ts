// @alone: uninstalls and installs the product
// @cluster: second
// @release: API server, Helm
// The commands that the documents show for a cluster, as they stand but for what is in angle brackets. In documents that
// begin with an installation they run in their order, on nodes without one.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandBlock, commandBlocks } from '../../docs/command-blocks.ts';
import { codeBlocks } from '../../docs/markdown.ts';
import { busyboxImage } from '../cluster/images.ts';
import { apply, kubectl } from '../cluster/kubectl.ts';
import { onNode } from '../cluster/node-commands.ts';
import {
  createPod,
  deletePod,
  deletePods,
  filesInPod,
  nodeOf,
  readInPod,
  startPod,
  whyItWaits,
} from '../cluster/pods.ts';
import { installProduct, uninstallProduct } from '../cluster/product.ts';
import { type AdminShell, openShell } from '../cluster/shell.ts';
import { readState } from '../cluster/state.ts';
import { applyCredentials, credentialsSecret, readerVolume, readerVolumeOf } from '../cluster/volumes.ts';
import { loadSeed, principalOf } from '../mock/seed.ts';

const state = readState();
const seed = await loadSeed();
const { tenant, clientId, secrets } = principalOf(seed, 'reader');
const walks = ['README.md', 'charts/keyvault-flexvol/README.md', 'docs/quick-start-kind.md'];
const operations = 'docs/operations.md';
const uninstalling = 'docs/uninstall.md';
const onCluster = commandBlocks.filter(({ mark }) => mark === 'cluster' || mark === 'node');

/** What is written in angle brackets, or meant by a name of the documents, and what it is here. */
const replacements: Readonly<Record<string, string>> = {
  '<your registry>': 'localhost',
  '<client id>': clientId,
  '<client secret>': secrets[0] ?? '',
  '<pod>': 'failing',
  '<vault>': 'testkv',
  '<secret>': 'plain',
  '<tenant>': tenant,
  '<Secret with clientid and clientsecret>': 'kvcreds',
  '<tenant id>': tenant,
  'image: busybox\n': `image: ${busyboxImage}\n`,
  'image: nginx\n': `image: ${busyboxImage}\n      command: [sleep, infinity]\n`,
  'db-password;site"': 'db-password;chain-pkcs12"',
};
const variables = {
  ...{ VAULT: 'testkv', SECRET: 'plain', TENANT_ID: tenant, CLIENT_ID: clientId, APP_ID: clientId },
  CLIENT_SECRET: secrets[0] ?? '',
};

/** Of the Secrets Store CSI driver, as far as the API server has to know it to give it out. */
const classes = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'secretproviderclasses.secrets-store.csi.x-k8s.io' },
  spec: {
    group: 'secrets-store.csi.x-k8s.io',
    scope: 'Namespaced',
    names: { kind: 'SecretProviderClass', plural: 'secretproviderclasses', singular: 'secretproviderclass' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

/** The files that docs/forms.md speaks of. */
const volumesOfForms = {
  'of-forms': {
    objects: JSON.stringify([
      { name: 'shop-signing-key', type: 'key', alias: 'signing.pem' },
      { name: 'shop-signing-key', type: 'key', format: 'der', alias: 'signing.der' },
      { name: 'shop-site', type: 'cert', alias: 'site.pem' },
      { name: 'shop-site', type: 'cert', format: 'der', alias: 'site.der' },
      { name: 'shop-site', type: 'secret', part: 'key', alias: 'tls.key' },
      { name: 'shop-site', type: 'secret', part: 'chain', alias: 'tls.crt' },
      { name: 'shop-site', type: 'secret', format: 'pfx', alias: 'site.pfx' },
      { name: 'shop-site', type: 'secret', format: 'pfx', alias: 'old.pfx' },
    ]),
  },
  'combined-form': {
    objects: JSON.stringify([{ name: 'shop-db-password', type: 'secret', alias: 'db-password' }]),
    combine: JSON.stringify({ file: 'shop.env', format: 'dotenv' }),
  },
};

const policy = {
  enabled: true,
  rules: [
    {
      namespaces: ['shop'],
      serviceAccounts: ['web'],
      vaults: ['shop-kv'],
      objects: ['secret/*'],
      identities: ['*'],
    },
  ],
};

let shell: AdminShell;
let installer = '';

beforeAll(async () => {
  shell = await openShell(state);
  await uninstallProduct(state);
});
afterAll(async () => {
  await deletePods(state, ['example', 'failing', 'web']);
  await kubectl(state, ['delete', 'namespace', 'shop', 'key-vault', '--ignore-not-found', '--timeout=90s']);
  await kubectl(state, ['delete', 'crd', classes.metadata.name, '--ignore-not-found']);
  await shell.run('helm uninstall keyvault-flexvol --namespace kube-system --ignore-not-found --wait');
  await kubectl(state, ['-n', 'kube-system', 'delete', 'secret', 'kvcreds', '--ignore-not-found']);
  await installProduct(state);
  await shell[Symbol.asyncDispose]();
});

test('every document that shows such a command is known here', () => {
  const known = [...walks, ...references().map(({ document }) => document), operations, uninstalling];
  expect(new Set(onCluster.map(({ document }) => document))).toEqual(new Set(known));
});

describe('README.md, from its installation on', () => {
  beforeAll(async () => {
    const [manifest = ''] = codeBlocks(await readFile('README.md', 'utf8'), 'yaml');
    await writeFile(join(shell.directory, 'web.yaml'), filledIn(manifest, replacements));
  });
  test.each(blocksOf('README.md'))('$commands', runs);
});

describe('documents to look things up in, with a pod that waits for a secret that is not there', () => {
  beforeAll(async () => {
    await applyCredentials(state, seed);
    await createPod(state, { name: 'failing', volume: readerVolume(seed, [['secret', 'no-such-secret']]) });
    await whyItWaits(state, 'failing', 'ObjectNotFound');
    await apply(state, classes, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    await shell.run(
      'kubectl wait --for=condition=Established --timeout=60s crd --all && kubectl --namespace shop apply -f docs/migration-class.yaml',
    );
  });
  test.each(references())('$document: $commands', runs);
});

describe('documents of the node agent, on a cluster that has it, about a pod whose volume rotates', () => {
  beforeAll(async () => {
    const settings = 'agent.enabled=true,agent.rotation.enabled=true';
    await shell.run(
      `helm upgrade keyvault-flexvol charts/keyvault-flexvol --namespace kube-system --reuse-values --set ${settings} --wait`,
    );
    await untilRolledOut();
    // mounted when nothing rotated, so it cannot be read again
    await deletePod(state, 'web');
    // what a document has made of it may have other keys
    await kubectl(state, ['delete', 'secret', credentialsSecret, '--ignore-not-found']);
    await applyCredentials(state, seed);
    await startPod(state, {
      name: 'rotating',
      volume: readerVolume(seed, [['secret', 'plain']], true, { rotationinterval: '1h' }),
    });
    const node = await nodeOf(state, 'rotating');
    const selector = 'app.kubernetes.io/name=keyvault-flexvol';
    installer = await shell.run(
      `kubectl --namespace kube-system get pods --selector ${selector} --field-selector spec.nodeName=${node} --output jsonpath='{.items[0].metadata.name}'`,
    );
  });
  afterAll(() => deletePod(state, 'rotating'));
  test.each(commandBlocks.filter(({ mark }) => mark === 'agent'))('$document: $commands', async (block) => {
    const commands = filledIn(block.commands, {
      '<installer>': installer,
      '<namespace>/<pod>': 'default/rotating',
    });
    await run({ ...block, commands });
  });
});

describe('docs/operations.md, to its end, which uninstalls', () => {
  test.each(blocksOf(operations))('$commands', runs);
});

describe('the page of the chart, from its installation on', () => {
  beforeAll(() => applyCredentials(state, seed, 'kube-system'));
  afterAll(() => shell.run('helm uninstall keyvault-flexvol --namespace kube-system --wait'));
  test.each(blocksOf('charts/keyvault-flexvol/README.md'))('$commands', runs);
});

describe('docs/quick-start-kind.md', () => {
  test.each(blocksOf('docs/quick-start-kind.md'))('$commands', async (block) => {
    const said = await run(block);
    if (block.commands.includes('exec example')) expect(said).toContain('plain value');
  });
});

describe('docs/uninstall.md, where no pod has a volume any more', () => {
  beforeAll(async () => {
    await deletePods(state, ['example', 'failing', 'web']);
    const [release, namespace] = ['keyvault-flexvol', 'kube-system'];
    await shell.run(`helm install ${release} charts/keyvault-flexvol --namespace ${namespace} --wait`);
  });
  test.each(blocksOf(uninstalling))('$commands', runs);
  test('the driver is on no node', async () => {
    const plugins = '/usr/libexec/kubernetes/kubelet-plugins/volume/exec';
    for (const node of state.nodes) expect(await onNode(state, node, ['ls', '-A', plugins])).toBe('');
  });
});

describe('docs/forms.md, beside files of these forms', () => {
  beforeAll(async () => {
    await applyCredentials(state, seed);
    await installProduct(state);
    for (const [name, more] of Object.entries(volumesOfForms)) {
      await startPod(state, { name, volume: readerVolumeOf(seed, more) });
      for (const file of await filesInPod(state, name))
        await writeFile(join(shell.directory, file), await readInPod(state, name, file));
      await deletePod(state, name);
    }
    const chain = await readFile(join(shell.directory, 'tls.crt'), 'utf8');
    await writeFile(join(shell.directory, 'root.pem'), chain.slice(chain.lastIndexOf('-----BEGIN')));
    await uninstallProduct(state);
  });
  test.each(commandBlocks.filter(({ mark }) => mark === 'files'))('$commands', async ({ commands }) => {
    await shell.run(commands);
  });
});

/** Not in a document that begins with an installation. */
function references(): CommandBlock[] {
  return onCluster.filter(({ document }) => ![...walks, operations, uninstalling].includes(document));
}

function blocksOf(wanted: string): CommandBlock[] {
  return onCluster.filter(({ document }) => document === wanted);
}

/** For the placeholders that are names of files. */
async function files(): Promise<Record<string, string>> {
  const [values, certificate] = ['values.json', 'certificate.pem'].map((name) => join(shell.directory, name));
  await writeFile(values ?? '', JSON.stringify({ nodeConfig: { policy } }));
  await writeFile(certificate ?? '', 'only kubectl reads it here');
  return {
    '<your values>': values ?? '',
    '<key and certificate, .pem or .pfx>': certificate ?? '',
  };
}

async function runs(block: CommandBlock): Promise<void> {
  await run(block);
}

function filledIn(text: string, instead: Readonly<Record<string, string>>): string {
  return Object.entries(instead).reduce((sofar, [written, here]) => sofar.replaceAll(written, here), text);
}

/** Of two nodes' installers helm waits for one; an earlier document may just have exchanged them. */
async function untilRolledOut(): Promise<void> {
  const selector = 'app.kubernetes.io/name=keyvault-flexvol';
  await shell.run(
    `kubectl --namespace kube-system rollout status daemonset --selector ${selector} --timeout=90s || true`,
  );
}

/** Answers what the commands say. */
async function run({ commands, mark }: CommandBlock): Promise<string> {
  const script = filledIn(commands, { ...replacements, ...(await files()) });
  expect(script.match(/<[^<>\n]+>/g) ?? []).toEqual([]);
  if (mark === 'node') return onNode(state, state.worker, ['bash', '-euc', script]);
  if (/kubectl .*\b(logs|exec)\b/.test(script)) await untilRolledOut();
  if (script.includes('create secret')) await shell.run('kubectl delete secret kvcreds --ignore-not-found');
  return shell.run(script, variables);
}
