import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from './command.ts';
import { installersAreReady } from './installers.ts';
import { productNamespace, release } from './release.ts';
import type { EndToEndState } from './state.ts';
import { step } from './steps.ts';

export { installerLabel, productNamespace } from './release.ts';

const chart = join(import.meta.dirname, '..', '..', 'charts', 'keyvault-flexvol');

/** For an upgrade after which the installers do not get ready by themselves: neither helm nor `upgradeProduct` waits for them. */
export const notWaitedFor = '--wait=hookOnly';
/** Lets an upgrade replace an installer only when its pod is deleted. */
export const whenDeleted = [
  ...['--set', 'updateStrategy.type=OnDelete', '--set', 'updateStrategy.rollingUpdate=null'],
  notWaitedFor,
];

type Helm = Pick<EndToEndState, 'helm' | 'kubeconfig'>;
type Target = Helm & Pick<EndToEndState, 'kubectl' | 'chartArguments'>;

/** Arguments that name the chart, the loaded image, and the mock's CA as the one the driver trusts. */
export async function chartArguments(directory: string, caFile: string, tag: string): Promise<string[]> {
  const values = {
    platform: 'kubeadm',
    image: { repository: 'localhost/keyvault-flexvol', tag, pullPolicy: 'Never' },
    // a short deadline, as cases wait for the end of mounts that fail
    nodeConfig: { caBundle: await readFile(caFile, 'utf8'), deadlineSeconds: 20 },
    // all installers at once, as most cases only wait for the end of an upgrade
    updateStrategy: { rollingUpdate: { maxUnavailable: '100%' } },
  };
  const file = join(directory, 'values.json');
  await writeFile(file, JSON.stringify(values, null, 2));
  return [
    chart,
    '--namespace',
    productNamespace,
    '--create-namespace',
    '--values',
    file,
    '--wait',
    '--timeout',
    '2m',
  ];
}

export async function installProduct(target: Target, ...more: readonly string[]): Promise<void> {
  await step('install the product with helm', async () => {
    await helm(target, ['install', release, ...target.chartArguments, ...more]);
    await installersAreReady(target);
  });
}

/** Answers when every node's installer is the upgrade's, unless `more` says `notWaitedFor`. */
export async function upgradeProduct(target: Target, ...more: readonly string[]): Promise<void> {
  await helm(target, ['upgrade', release, ...target.chartArguments, ...more]);
  if (!more.includes(notWaitedFor)) await installersAreReady(target);
}

export async function uninstallProduct(target: Helm): Promise<void> {
  await helm(target, ['uninstall', release, '--namespace', productNamespace, '--wait', '--timeout', '2m']);
}

/** `helm test`, with the log of what it runs. Answers all that it says. */
export async function testProduct(target: Helm, timeout = '2m'): Promise<string> {
  return helm(target, ['test', release, '--namespace', productNamespace, '--logs', '--timeout', timeout]);
}

function helm(target: Helm, args: readonly string[]): Promise<string> {
  return command(target.helm, ['--kubeconfig', target.kubeconfig, ...args], { timeoutSeconds: 180 });
}
