import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import type { PodVolume } from '../lab/kubelet.ts';
import { recordPoints, runUntil } from '../security/kill/points.ts';
import { RECORDS, RUN, rotatingOn } from './rotating.ts';
import { setScene, volumeOf } from './scene.ts';

/** Records that hold a Secret are never swapped out, as the volumes are not. */

const scene = setScene();
const node = rotatingOn(scene);
const PREPARED = join(RUN, '.records');

const release = readFileSync('/proc/sys/kernel/osrelease', 'utf8').split('.').map(Number);
const [major = 0, minor = 0] = release;
const isInitialUserNamespace = /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8'));
/** On an older kernel, and in a user namespace, there is no `noswap`, and records stay in the directory. */
const knowsNoswap = (major > 6 || (major === 6 && minor >= 4)) && isInitialUserNamespace;
const withNoswap = test.skipIf(!knowsNoswap);
const installed = (await execa('strace', ['-V'], { reject: false })).exitCode === 0;

/** The file system of records, as /proc/self/mountinfo has it: its mount's options, and its own. */
function memory(): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => [RECORDS, PREPARED].includes(line.split(' ')[4] ?? ''))
    .map((line) => `${line.split(' ')[5]} ${line.split(' - ')[1]}`);
}

const keepSecrets = () => node.configure({ keepServicePrincipals: true });
const hasSecret = (name: string) =>
  readFileSync(join(RECORDS, name), 'utf8').includes('kubernetes.io/secret/');
const names = () => readdirSync(RECORDS).sort();

/** What is in the directory of records below whatever is mounted on it. */
async function below(): Promise<string[]> {
  const place = mkdtempSync(join(tmpdir(), 'below-'));
  await execa('mount', ['--bind', RUN, place]);
  try {
    return readdirSync(join(place, 'records'));
  } finally {
    await execa('umount', [place]);
    rmdirSync(place);
  }
}

async function unmount(volume: PodVolume): Promise<void> {
  expect((await scene.kubelet.unmount(volume)).output).toBe('{"status":"Success"}\n');
}

function expectNothingLeft(): void {
  expect({ memory: memory(), records: names(), prepared: existsSync(PREPARED) }).toEqual({
    memory: [],
    records: [],
    prepared: false,
  });
}

withNoswap('a volume that rotates makes it, and the last one takes it away', async () => {
  await keepSecrets();
  const [first, second] = [await node.mount('first'), await node.mount('second')];
  expect(memory()).toEqual([
    expect.stringMatching(
      /^rw,nosuid,nodev,noexec\S* tmpfs keyvault-flexvol rw,.*size=65536k,nr_inodes=8192,mode=700.*noswap/,
    ),
  ]);
  const { mode, uid } = lstatSync(RECORDS);
  expect({ mode: mode & 0o7777, uid }).toEqual({ mode: 0o700, uid: 0 });
  expect(names().map(hasSecret)).toEqual([true, true]);
  expect(await below()).toEqual([]);
  await unmount(first);
  expect(names().map(hasSecret)).toEqual([true]);
  await unmount(second);
  expectNothingLeft();
});

test('a volume whose record holds no Secret needs none', async () => {
  await scene.kubelet.configure({ caBundle: scene.azure.caPem });
  const volume = volumeOf(scene, 'resting');
  await scene.kubelet.mount(volume);
  expect(names()).toHaveLength(1);
  expect(memory()).toEqual([]);
  await unmount(volume);
});

withNoswap('records of an earlier version are moved there', async () => {
  await keepSecrets();
  const old = await node.mount('old');
  const [name = ''] = names();
  copyFileSync(join(RECORDS, name), '/run/lab/record');
  await execa('umount', ['-l', RECORDS]);
  copyFileSync('/run/lab/record', join(RECORDS, name));
  expect(memory()).toEqual([]);
  const added = await node.mount('added');
  expect(memory()).toHaveLength(1);
  expect(names()).toHaveLength(2);
  expect(names().map(hasSecret)).toEqual([true, true]);
  expect(await below()).toEqual([]);
  expect(await node.status('old')).toMatchObject({ pod: 'old' });
  await unmount(old);
  await unmount(added);
  expectNothingLeft();
});

withNoswap(
  'many mounts and unmounts at once lose no record, and leave nothing',
  { timeout: 180_000 },
  async () => {
    await keepSecrets();
    for (let round = 0; round < 5; round++) {
      const pods = Array.from({ length: 8 }, (_, index) => `pod-${index}`);
      const volumes = await Promise.all(pods.map((pod) => node.mount(pod)));
      expect(memory()).toHaveLength(1);
      expect(names().map(hasSecret)).toEqual(pods.map(() => true));
      // One comes while the others go.
      const [late] = await Promise.all([node.mount('late'), ...volumes.map(unmount)]);
      expect(names().map(hasSecret)).toEqual([true]);
      expect(await below()).toEqual([]);
      await unmount(late);
      expectNothingLeft();
    }
  },
);

withNoswap('where it cannot be mounted the volume appears, without a record', async () => {
  await keepSecrets();
  // No driver puts a file in the place where it is prepared.
  mkdirSync(PREPARED, { recursive: true });
  writeFileSync(join(PREPARED, 'file'), '');
  onTestFinished(() => rmSync(PREPARED, { recursive: true }));
  const volume = await node.mount('poor');
  expect(node.read(volume)).toBe('plain value three');
  expect(names()).toEqual([]);
  expect(await below()).toEqual([]);
  await unmount(volume);
});

test.skipIf(!knowsNoswap || (!installed && env['CI'] === undefined))(
  'a call-out that is killed while it makes or removes it leaves nothing that lasts',
  { timeout: 300_000 },
  async () => {
    await keepSecrets();
    const volume = volumeOf(scene, 'killed', { options: { rotationinterval: '30s' } });
    mkdirSync(scene.kubelet.directoryOf(volume), { recursive: true });
    const faults: string[] = [];
    let killed = 0;
    for (const callOut of ['mount', 'unmount'] as const) {
      const args = scene.kubelet.argumentsOf(callOut, volume);
      const isOfMounts = ({ syscall }: { syscall: string }) =>
        /^(u?mount2?|mkdir|rmdir|unlinkat|rename)/.test(syscall);
      const points = (await recordPoints(scene.kubelet.driver, args)).filter(isOfMounts);
      if (callOut === 'mount') await unmount(volume);
      for (const point of points) {
        const name = `${callOut}, ${'syscall' in point ? `${point.syscall} ${point.ordinal}` : ''}`;
        if (callOut === 'unmount') await node.mount('killed');
        mkdirSync(scene.kubelet.directoryOf(volume), { recursive: true });
        const outcome = await runUntil(point, scene.kubelet.driver, args);
        if (outcome.killed) killed += 1;
        await node.mount('killed');
        if (names().filter((entry) => /^[0-9a-f]{32}$/.test(entry)).length !== 1)
          faults.push(`${name}: no record`);
        if ((await below()).length > 0) faults.push(`${name}: a record that can be swapped out`);
        await unmount(volume);
        if (memory().length > 0 || existsSync(PREPARED) || names().length > 0) faults.push(`${name}: left`);
      }
    }
    expect(faults).toEqual([]);
    expect(killed).toBeGreaterThan(10);
  },
);
