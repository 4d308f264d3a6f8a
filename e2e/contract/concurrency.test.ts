import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { describe, expect, inject, test } from 'vitest';
import type { CallOutResult } from '../lab/kubelet.ts';
import { leftovers, processesOn } from '../security/kill/leftovers.ts';
import { faultsOf, type Sample, samples } from '../security/kill/samples.ts';
import { setScene } from './scene.ts';

const scene = setScene();
const success = { exitCode: 0, output: '{"status":"Success"}\n' };
/** So long a mount keeps its place on the node at most (driver/locks/gate.ts). */
const LEASE_MS = 4000;
/** Volumes that are mounted at once. */
const MANY = inject('isLong') ? 200 : 80;

/** Volumes of both forms in turn, each of a pod of its own. */
function volumesOf(name: string, count: number): Sample[] {
  const forms = samples(scene.azure.seed);
  return Array.from({ length: count }, (_, index) => {
    const form = forms[index % forms.length] as Sample;
    return { ...form, volume: { ...form.volume, pod: `${name}-${index}` } };
  });
}

const directoryOf = ({ volume }: Sample) => scene.kubelet.directoryOf(volume);
const mount = ({ volume }: Sample) => scene.kubelet.mount(volume);
const unmount = ({ volume }: Sample) => scene.kubelet.unmount(volume);
const all = (volumes: readonly Sample[], callOut: (sample: Sample) => Promise<CallOutResult>) =>
  Promise.all(volumes.map(callOut));
/** Where everything of the volumes would be. */
const pods = () => dirname(dirname(dirname(dirname(scene.kubelet.directoryOf({ pod: 'any', options: {} })))));

function expectRight(volumes: readonly Sample[]): void {
  const faults = volumes.flatMap((sample) =>
    faultsOf(directoryOf(sample), sample).map((fault) => `${sample.volume.pod}: ${fault}`),
  );
  expect(faults).toEqual([]);
}

function expectGone(volumes: readonly Sample[]): void {
  expect(volumes.filter((sample) => existsSync(directoryOf(sample)))).toEqual([]);
  expect(leftovers(pods())).toEqual([]);
}

describe('call-outs for one directory at once', () => {
  test('five mounts make one volume, with one request for a token', async () => {
    for (const sample of volumesOf('same', 2)) {
      scene.azure.clearRequests();
      const results = await all(Array(5).fill(sample), mount);
      for (const result of results) expect(result).toMatchObject(success);
      expectRight([sample]);
      expect(scene.azure.counts().byRole).toEqual({ entra: 1, vault: 3 });
      await unmount(sample);
      expectGone([sample]);
    }
  });

  test('a mount against an unmount ends with a whole volume or with none', async () => {
    for (const sample of volumesOf('against', 12)) {
      if (sample.volume.pod.endsWith('5')) await mount(sample);
      const [mounted, unmounted] = await Promise.all([mount(sample), unmount(sample)]);
      expect(unmounted).toMatchObject(success);
      if (mounted.status.status === 'Failure')
        expect(mounted.status.message).toMatch(/^TargetRefused: .* does not exist/);
      if (existsSync(directoryOf(sample))) expectRight([sample]);
      expect(await unmount(sample)).toMatchObject(success);
      expectGone([sample]);
    }
  });
});

describe('many volumes at once', () => {
  test(`${MANY} are all right, then all gone, and those that wait take little memory`, {
    timeout: 900_000,
  }, async () => {
    const volumes = volumesOf('many', MANY);
    let done = false;
    let most = 0;
    const watch = (async () => {
      for (; !done; await delay(50)) most = Math.max(most, megabytesOf(scene.kubelet.driver));
    })();
    const mounted = await all(volumes, mount);
    done = true;
    await watch;
    expect(mounted.filter(({ output }) => output !== success.output)).toEqual([]);
    expectRight(volumes);
    const unmounted = await all(volumes, unmount);
    expect(unmounted.filter(({ output }) => output !== success.output)).toEqual([]);
    expectGone(volumes);
    if (inject('isLong')) record(most);
    // Each of them alone takes about 60 MB.
    expect(most).toBeGreaterThan(50);
    expect(most).toBeLessThan(MANY * 20);
  });

  test('read one after the other where memory is short', { timeout: 900_000 }, async () => {
    writeFileSync('/run/lab/meminfo', 'MemTotal: 1024 kB\nMemAvailable: 1024 kB\n');
    await execa('mount', ['--bind', '/run/lab/meminfo', '/proc/meminfo']);
    try {
      for (let round = 0; !(await readInTurn(`turn-${round}`)); round++) expect(round).toBeLessThan(10);
    } finally {
      await execa('umount', ['/proc/meminfo']);
    }
  });
});

/** For the table of docs/security.md (e2e/security/report.ts). */
function record(megabytes: number): void {
  mkdirSync('dist/security', { recursive: true });
  const command = 'KV_TEST_LONG=1 node e2e/lab/enter.ts vitest run --project contract concurrency';
  const megabytesOfAllDrivers = Math.round(megabytes);
  const report = { command, mountsAtOnce: MANY, failed: 0, megabytesOfAllDrivers };
  writeFileSync('dist/security/concurrency.json', `${JSON.stringify(report, undefined, 2)}\n`);
}

/**
 * The first to read is a process that has been waiting for its volume's lock: age must not count, arrival does.
 * @returns false when it took longer than its lease, so that nothing could be seen
 */
async function readInTurn(name: string): Promise<boolean> {
  const [first, ...others] = volumesOf(name, 6) as [Sample, ...Sample[]];
  const askedVault = () => scene.azure.requests().some(({ role }) => role === 'vault');
  scene.azure.reset();
  scene.azure.setFaults({ rules: [{ match: { role: 'vault' }, action: { hang: true } }] });
  const killed = mount(first).catch(() => undefined);
  await until(askedVault);
  const processes = processesOn(directoryOf(first));
  const reading = mount(first);
  await delay(1000);
  scene.azure.reset();
  scene.azure.setFaults({ rules: [{ match: { role: 'vault' }, action: { delayMs: 700 }, times: 3 }] });
  for (const pid of processes) kill(pid);
  await killed;
  await until(askedVault);
  const begun = performance.now();
  const results = await Promise.all([reading, ...others.map(mount)]);
  for (const result of results) expect(result).toMatchObject(success);
  const requests = scene.azure.requests();
  const firstEnd = Math.max(...requests.slice(0, 4).map(({ endMs }) => endMs ?? 0));
  const early = requests
    .slice(4)
    .filter(({ startMs }) => startMs < firstEnd)
    .map(({ path }) => path);
  await all([first, ...others], unmount);
  expectGone([first, ...others]);
  if (firstEnd - performance.timeOrigin - begun > LEASE_MS / 2) return false;
  expect(early).toEqual([]);
  return true;
}

describe('a kubelet that restarts in the middle', () => {
  test('calls out anew while the old call-outs go on', { timeout: 900_000 }, async () => {
    const volumes = volumesOf('restarted', 20);
    scene.azure.setFaults({ rules: [{ match: { role: 'vault' }, action: { delayMs: 800 }, times: 30 }] });
    const old = volumes.map(mount);
    await until(() => scene.azure.requests().some(({ role }) => role === 'vault'));
    // Of every other pod the new kubelet learns that it is gone.
    const kept = volumes.filter((_, index) => index % 4 < 2);
    const deleted = volumes.filter((_, index) => index % 4 >= 2);
    const [mounted, unmounted] = await Promise.all([all(kept, mount), all(deleted, unmount)]);
    for (const result of [...mounted, ...unmounted]) expect(result).toMatchObject(success);
    for (const { status } of await Promise.all(old))
      expect(status.status === 'Success' ? '' : status.message).toMatch(
        /^$|^TargetRefused: .* does not exist/,
      );
    expectRight(kept);
    // A mount that came after the unmount has its directory, which makes kubelet unmount again.
    await all(
      deleted.filter((sample) => existsSync(directoryOf(sample))),
      unmount,
    );
    await all(kept, unmount);
    expectGone(volumes);
  });

  test('with all its call-outs killed, mounts everything in the end', { timeout: 900_000 }, async () => {
    const volumes = volumesOf('killed', 30);
    scene.azure.setFaults({ latencyMs: 50 });
    const old = volumes.map((sample) => mount(sample).catch(() => undefined));
    await until(() => volumes.some((sample) => isMounted(directoryOf(sample))));
    for (const sample of volumes) for (const pid of processesOn(directoryOf(sample))) kill(pid);
    await Promise.all(old);
    // What is mounted already, kubelet takes as it is.
    expectRight(volumes.filter((sample) => isMounted(directoryOf(sample))));
    const rest = volumes.filter((sample) => !isMounted(directoryOf(sample)));
    expect(rest.length).toBeGreaterThan(0);
    for (const result of await all(rest, mount)) expect(result).toMatchObject(success);
    expectRight(volumes);
    for (const result of await all(volumes, unmount)) expect(result).toMatchObject(success);
    // A ticket of a killed mount goes with the next mount.
    const [last] = volumesOf('last', 1) as [Sample];
    await mount(last);
    await unmount(last);
    expectGone(volumes);
  });
});

const isMounted = (directory: string) => readFileSync('/proc/self/mounts', 'utf8').includes(` ${directory} `);

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

/** Memory of their own of all processes of an executable. */
function megabytesOf(executable: string): number {
  let kilobytes = 0;
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(`${executable}\0`)) continue;
      const status = readFileSync(join('/proc', pid, 'status'), 'utf8');
      kilobytes += Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    } catch {
      // It has just ended.
    }
  }
  return kilobytes / 1024;
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 6000) throw new Error('waited two minutes in vain');
    await delay(20);
  }
}
