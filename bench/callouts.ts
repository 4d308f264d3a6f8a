/**
 * npm run bench: what the call-outs of the built driver cost, each as a whole process, against a double of Azure
 * in its own process on the loopback. Runs in the lab:
 *
 *   node e2e/lab/enter.ts node bench/callouts.ts [runs]
 */
import { mkdirSync, mkdtempSync, statSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { startAzure } from '../e2e/demo/azure.ts';
import { Kubelet } from '../e2e/lab/kubelet.ts';
import { loadSeed, principalOf } from '../e2e/mock/seed.ts';
import { controlAzure } from './azure-control.ts';
import type { Measurement } from './measure.ts';
import { measuredProcess } from './measured-process.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** The first ones also read the executable from the disk. */
const WARM_UP_RUNS = 3;
/** So long does Azure take for an answer where round trips are told apart: requests at once then overlap. */
const LATENCY_MS = 200;

/** Eight objects of all three types; a mount of one takes the first. */
const objects = [
  ['secret', 'plain'],
  ['secret', 'multiline'],
  ['secret', 'non-ascii'],
  ['secret', 'json-document'],
  ['key', 'rsa-2048'],
  ['key', 'ec-p256'],
  ['cert', 'chain-pkcs12'],
  ['cert', 'ec-pem'],
] as const;

const runs = Number(process.argv[2] ?? 30);
if (!Number.isInteger(runs) || runs < 1) throw new Error('usage: node bench/callouts.ts [runs]');

const root = mkdtempSync(join(tmpdir(), 'bench-'));
const reader = principalOf(await loadSeed(), 'reader');
const azure = await startAzure(root);
const kubelet = await Kubelet.create(root, { caBundle: azure.caPem });
const directory = kubelet.directoryOf({ pod: 'bench', options: {} });
try {
  await bench();
} finally {
  await azure.stop();
  // A run that failed half-way leaves its volume, which would keep the directory from being removed.
  await execa('umount', ['--lazy', '--quiet', directory], { reject: false });
  kubelet.remove();
}

async function bench(): Promise<void> {
  const [cpu] = cpus();
  const megabytes = (statSync(kubelet.driver).size / 1e6).toFixed(0);
  print(
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpu?.model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}`,
  );
  print(`kv of ${megabytes} MB, ${runs} runs each: median (10th to 90th percentile)\n`);
  print(row('', 'whole process, ms', 'CPU, ms', 'peak memory, MB'));

  await report('/usr/bin/true, for comparison', () => measuredProcess('/usr/bin/true'));
  await report('kv init', () => callOut(['init']));
  await report('kv unmount, nothing mounted', () => callOut(['unmount', directory]));
  for (const count of [1, 8]) {
    const unmounts: Measurement[] = [];
    await report(`kv mount, ${count} object${count === 1 ? '' : 's'}`, async () => {
      mkdirSync(directory, { recursive: true, mode: 0o750 });
      const measurement = await callOut(['mount', directory, optionsOf(count)]);
      unmounts.push(await callOut(['unmount', directory]));
      return measurement;
    });
    show(`kv unmount, ${count} object${count === 1 ? '' : 's'} mounted`, unmounts.slice(WARM_UP_RUNS));
  }
  print('');
  for (const count of [1, 8]) print(await roundTrips(count));
}

async function report(name: string, run: () => Promise<Measurement>): Promise<void> {
  const measurements: Measurement[] = [];
  for (let n = 0; n < WARM_UP_RUNS + runs; n++) measurements.push(await run());
  show(name, measurements.slice(WARM_UP_RUNS));
}

async function callOut(args: readonly string[]): Promise<Measurement> {
  const measurement = await measuredProcess(kubelet.driver, args);
  const { status, message } = JSON.parse(measurement.output) as { status: string; message?: string };
  if (status !== 'Success') throw new Error(`kv ${args[0]} answered ${status}: ${message}`);
  return measurement;
}

async function roundTrips(count: number): Promise<string> {
  const control = controlAzure();
  await control.answerAfter(LATENCY_MS);
  mkdirSync(directory, { recursive: true, mode: 0o750 });
  await callOut(['mount', directory, optionsOf(count)]);
  const { total, depth, byRole, connections } = await control.counts();
  await callOut(['unmount', directory]);
  const shares = Object.entries(byRole).map(([role, requests]) => `${requests} to ${role}`);
  return `kv mount, ${count} object${count === 1 ? '' : 's'}: ${total} requests (${shares.join(', ')}), ${depth} in sequence, ${connections} connections`;
}

/** The options of a mount in stand-alone mode, as kubelet 1.34 and 1.37 pass them. */
function optionsOf(count: number): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const wanted = objects.slice(0, count);
  return JSON.stringify({
    'kubernetes.io/fsType': '',
    'kubernetes.io/pod.name': 'bench',
    'kubernetes.io/pod.namespace': 'default',
    'kubernetes.io/pod.uid': 'uid-of-bench',
    'kubernetes.io/pvOrVolumeName': 'kv',
    'kubernetes.io/readwrite': 'ro',
    'kubernetes.io/secret/clientid': base64(reader.clientId),
    'kubernetes.io/secret/clientsecret': base64(reader.secrets[0] ?? ''),
    'kubernetes.io/serviceAccount.name': 'default',
    tenantid: reader.tenant,
    keyvaultname: 'testkv',
    keyvaultobjecttypes: wanted.map(([type]) => type).join(';'),
    keyvaultobjectnames: wanted.map(([, name]) => name).join(';'),
  });
}

function show(name: string, measurements: readonly Measurement[]): void {
  const milliseconds = spreadOf(measurements.map((measurement) => measurement.milliseconds));
  const cpu = spreadOf(measurements.map((measurement) => measurement.cpuMilliseconds));
  const peak = spreadOf(measurements.map((measurement) => measurement.peakBytes / 1e6));
  print(row(name, inWords(milliseconds), inWords(cpu), inWords(peak)));
}

function inWords({ median, low, high }: Spread): string {
  return `${median.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function row(name: string, ...cells: readonly string[]): string {
  return name.padEnd(34) + cells.map((cell) => cell.padStart(24)).join('');
}
