/**
 * npm run demo: the real driver mounts Key Vault objects from a double of Azure, called as kubelet calls it.
 * Runs in the lab (see e2e/lab/enter.ts), so nothing of it is seen outside.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AzureProcess, startAzure } from '../lab/azure.ts';
import { Kubelet, type PodVolume } from '../lab/kubelet.ts';
import { loadSeed, principalOf } from '../mock/seed.ts';
import { printTree } from './tree.ts';

const root = mkdtempSync(join(tmpdir(), 'demo-'));
const seed = await loadSeed();
const reader = principalOf(seed, 'reader');

/** Eight objects of all three types, as a pod's manifest asks for them. */
const volume: PodVolume = {
  pod: 'web',
  uid: '2f8c6c5e-0b7e-4a52-9d0c-5b2f3f0f7c11',
  readOnly: true,
  secret: { clientid: reader.clientId, clientsecret: reader.secrets[0] ?? '' },
  options: {
    tenantid: reader.tenant,
    keyvaultname: 'testkv',
    keyvaultobjectnames: 'plain;multiline;non-ascii;json-document;rsa-2048;ec-p256;chain-pkcs12;ec-pem',
    keyvaultobjecttypes: 'secret;secret;secret;secret;key;key;cert;cert',
    keyvaultobjectaliases: 'db/password;motd;;app/settings.json;rsa.pub;ec.pub;tls/server.der;tls/client.der',
  },
};

console.log('Azure (a double of Entra, Key Vault, NMI and the metadata service) …');
const azure = await startAzure(root);
try {
  console.log(
    `  serves https://login.microsoftonline.com and https://testkv.vault.azure.net on the loopback\n`,
  );
  await show(azure);
} finally {
  await azure.stop();
}

async function show(azure: AzureProcess): Promise<void> {
  const kubelet = await Kubelet.create(root, { caBundle: azure.caPem });
  const directory = kubelet.directoryOf(volume);
  const { options } = volume;
  console.log('The pod asks for');
  console.log(`  objects   ${options['keyvaultobjectnames']}\n  types     ${options['keyvaultobjecttypes']}`);
  console.log(`  aliases   ${options['keyvaultobjectaliases']}\n`);

  report('kv init', await kubelet.init());
  report('kv mount   <directory> <options>', await kubelet.mount(volume));
  console.log(`  Azure saw ${await azure.requests()}\n`);
  console.log('What the pod sees');
  printTree(directory);
  console.log();
  report('kv mount   again: it is mounted already', await kubelet.mount(volume));
  report('kv unmount <directory>', await kubelet.unmount(volume));
  kubelet.remove();
}

function report(
  callOut: string,
  { output, milliseconds, status }: Awaited<ReturnType<Kubelet['init']>>,
): void {
  console.log(`${callOut.padEnd(42)} ${milliseconds.toFixed(1).padStart(6)} ms   ${output.trim()}`);
  if (status.status !== 'Success') throw new Error(`the call-out failed: ${status.message}`);
}
