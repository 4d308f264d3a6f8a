/**
 * What a node goes through after a reboot: many volumes of eight objects at once, as kubelet starts them, without
 * a bound of its own. Runs in the lab:
 *
 *   node e2e/lab/enter.ts node bench/storm.ts [mounts]
 */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAzure } from '../e2e/demo/azure.ts';
import { Kubelet, type PodVolume } from '../e2e/lab/kubelet.ts';
import { loadSeed, principalOf } from '../e2e/mock/seed.ts';

const mounts = Number(process.argv[2] ?? 100);
if (!Number.isInteger(mounts) || mounts < 1) throw new Error('usage: node bench/storm.ts [mounts]');

const root = mkdtempSync(join(tmpdir(), 'storm-'));
const reader = principalOf(await loadSeed(), 'reader');
const azure = await startAzure(root);
const kubelet = await Kubelet.create(root, { caBundle: azure.caPem });
const volumes = Array.from({ length: mounts }, (_, index): PodVolume => volumeOf(`storm-${index}`));
try {
  await kubelet.mount(volumeOf('warm-up'));
  await kubelet.unmount(volumeOf('warm-up'));
  const resting = availableMegabytes();
  let lowest = resting;
  const watch = setInterval(() => {
    lowest = Math.min(lowest, availableMegabytes());
  }, 20);
  const begun = performance.now();
  const results = await Promise.all(volumes.map((volume) => kubelet.mount(volume)));
  const seconds = (performance.now() - begun) / 1000;
  clearInterval(watch);
  const failures = results.filter(({ status }) => status.status !== 'Success');
  const slowest = Math.max(...results.map(({ milliseconds }) => milliseconds)) / 1000;
  process.stdout.write(
    `${mounts} mounts of 8 objects at once: ${seconds.toFixed(2)} s, the slowest ${slowest.toFixed(2)} s, ` +
      `${failures.length} failed, ${(resting - lowest).toFixed(0)} MB below the resting MemAvailable\n`,
  );
  for (const { status } of failures.slice(0, 3)) process.stdout.write(`  ${status.message}\n`);
} finally {
  for (const volume of volumes) await kubelet.unmount(volume);
  await azure.stop();
  kubelet.remove();
}

function volumeOf(pod: string): PodVolume {
  return {
    pod,
    readOnly: true,
    secret: { clientid: reader.clientId, clientsecret: reader.secrets[0] ?? '' },
    options: {
      tenantid: reader.tenant,
      keyvaultname: 'testkv',
      keyvaultobjecttypes: 'secret;secret;secret;secret;key;key;cert;cert',
      keyvaultobjectnames: 'plain;multiline;non-ascii;json-document;rsa-2048;ec-p256;chain-pkcs12;ec-pem',
    },
  };
}

function availableMegabytes(): number {
  return Number(/^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) / 1000;
}
