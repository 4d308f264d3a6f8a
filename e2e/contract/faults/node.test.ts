import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { CallOutResult, PodVolume } from '../../lab/kubelet.ts';
import { secretOf } from '../../mock/seed.ts';
import { setScene, volumeOf } from '../scene.ts';
import { expectCleanFailure, expectOneLine, leftBehind, leftByAny, stagingOf } from './node-state.ts';
import { writeRecord } from './record.ts';
import { firstTime, withFaults } from './with-faults.ts';
import { withMount } from './with-mount.ts';

const RUN_DIRECTORY = '/run/keyvault-flexvol';
const scene = setScene();
const installed = (await execa('strace', ['-V'], { reject: false })).exitCode === 0;
/** Where the project's own checks run, strace has to be there. */
const withStrace = test.skipIf(!installed && process.env['CI'] === undefined);
const begun = performance.now();
const tried: Record<string, number> = {};
const failed: string[] = [];

beforeEach(({ task, onTestFailed }) => {
  // By now nothing is mounted there, whatever became of the test before.
  rmSync(RUN_DIRECTORY, { recursive: true, force: true });
  const group = task.suite?.name ?? '';
  tried[group] = (tried[group] ?? 0) + 1;
  onTestFailed(() => {
    failed.push(`${group}: ${task.name}`);
  });
});
afterAll(() => writeRecord('faults-of-the-node', { tried, failed, begun }));

let pods = 0;
/** A volume of a pod of its own, read-only or not. */
function nextVolume(changes: Partial<PodVolume> = {}): { volume: PodVolume; target: string } {
  pods += 1;
  const volume = volumeOf(scene, `pod-${pods}`, changes);
  const target = scene.kubelet.directoryOf(volume);
  mkdirSync(target, { recursive: true, mode: 0o750 });
  return { volume, target };
}

/** With the fault gone, kubelet's next try mounts, and its unmount leaves nothing. */
async function expectRecovery(volume: PodVolume, secret = 'plain'): Promise<void> {
  const target = scene.kubelet.directoryOf(volume);
  expect((await scene.kubelet.mount(volume)).status).toEqual({ status: 'Success' });
  expectRight(target, secret);
  await expectGoneAfterUnmount(volume);
}

function expectRight(target: string, secret = 'plain'): void {
  expect(readFileSync(join(target, 'plain'), 'utf8')).toBe(
    secretOf(scene.azure.seed, 'testkv', secret).value,
  );
}

async function expectGoneAfterUnmount(volume: PodVolume): Promise<void> {
  const target = scene.kubelet.directoryOf(volume);
  const result = await scene.kubelet.unmount(volume);
  expectOneLine(result);
  expect(result.status).toEqual({ status: 'Success' });
  expect(existsSync(target)).toBe(false);
  expect(leftBehind(target)).toEqual([]);
  expect(leftByAny()).toEqual([]);
}

describe('memory of the node', () => {
  withStrace.each([
    ['has no room for the files', 'write', /volumes\/.*>/],
    ['has no room for names', process.arch === 'x64' ? 'open' : 'openat', /\/proc\/self\/fd\/.*O_CREAT/],
  ])("a volume's tmpfs %s", async (_, syscall, pattern) => {
    const { volume, target } = nextVolume({
      options: { keyvaultobjectnames: 'large', keyvaultobjectaliases: 'plain' },
    });
    const first = await firstTime(scene.kubelet, volume, syscall, pattern);
    // How often the thread of HTTP is woken differs by one or two.
    let result: CallOutResult;
    do result = await withFaults(scene.kubelet, 'mount', volume, [`${syscall}:error=ENOSPC:when=${first}`]);
    while (['Success', 'Unwritten'].includes(result.status.status) && (await scene.kubelet.unmount(volume)));
    expectCleanFailure(result, target, /^VolumeFailed: .*\(ENOSPC\)/);
    await expectRecovery(volume, 'large');
  });

  test('/run is full: each step that needs room fails by itself, until there is enough', async () => {
    const answers: string[] = [];
    for (let inodes = 1; inodes < 14 && answers.at(-1) !== 'Success'; inodes++) {
      const { volume, target } = nextVolume();
      await withMount(['-t', 'tmpfs', '-o', `nr_inodes=${inodes}`, 'tmpfs'], RUN_DIRECTORY, async () => {
        const result = await scene.kubelet.mount(volume);
        answers.push(result.status.message ?? 'Success');
        if (result.status.status === 'Success') {
          expectRight(target);
          return expectGoneAfterUnmount(volume);
        }
        expectCleanFailure(result, target, /^VolumeFailed: .* \(ENOSPC\)/);
        expect(leftByAny()).toEqual([]);
      });
    }
    // Its directories, the lock, the place in the gate, the volume itself.
    expect(answers.length).toBeGreaterThan(4);
    expect(answers.at(-1)).toBe('Success');
  });

  test('/run is read-only', async () => {
    const { volume, target } = nextVolume();
    await withMount(['-t', 'tmpfs', '-o', 'ro', 'tmpfs'], RUN_DIRECTORY, async () => {
      expectCleanFailure(await scene.kubelet.mount(volume), target, /^VolumeFailed: .* \(EROFS\)/);
    });
    await expectRecovery(volume);
  });
});

describe("the driver's own directory", () => {
  test('is read-only, which it does not mind', async () => {
    const { volume } = nextVolume();
    const plugins = dirname(scene.kubelet.driver);
    await execa('mount', ['--bind', '-o', 'ro', plugins, plugins]);
    try {
      await expectRecovery(volume);
    } finally {
      await execa('umount', [plugins]);
    }
  });

  test.each([
    [
      'without a node configuration: the defaults hold',
      (config: string) => rmSync(config),
      /^TokenUnavailable: .* set caBundle/,
    ],
    [
      'with a directory for one',
      (config: string) => {
        rmSync(config);
        mkdirSync(config);
      },
      /^NodeConfigInvalid: /,
    ],
    [
      'with a link to nothing for one',
      (config: string) => {
        rmSync(config);
        symlinkSync('/nowhere', config);
      },
      /^(NodeConfigInvalid|TokenUnavailable): /,
    ],
    ['with an empty one', (config: string) => writeFileSync(config, ''), /^NodeConfigInvalid: /],
  ])('%s', async (_, change, message) => {
    const config = join(dirname(scene.kubelet.driver), '.config.json');
    const { volume, target } = nextVolume();
    const mounted = nextVolume();
    expect((await scene.kubelet.mount(mounted.volume)).status).toEqual({ status: 'Success' });
    change(config);
    try {
      expectCleanFailure(await scene.kubelet.mount(volume), target, message);
      await expectGoneAfterUnmount(mounted.volume);
    } finally {
      rmSync(config, { recursive: true, force: true });
    }
  });

  test('is removed while the driver starts', async () => {
    const mounted = nextVolume();
    expect((await scene.kubelet.mount(mounted.volume)).status).toEqual({ status: 'Success' });
    const { volume, target } = nextVolume();
    expectCleanFailure(
      await callWithoutDirectory(scene.kubelet.argumentsOf('mount', volume)),
      target,
      /^NodeConfigInvalid: .*the driver's directory/,
    );
    const { status } = await callWithoutDirectory(['init']);
    expect(status.status).toBe('Success');
    expect((await callWithoutDirectory(scene.kubelet.argumentsOf('unmount', mounted.volume))).status).toEqual(
      { status: 'Success' },
    );
    expect(leftBehind(mounted.target)).toEqual([]);
  });
});

/** A call-out of a driver whose file and directory go in the moment it is started. */
async function callWithoutDirectory(args: readonly string[]): Promise<CallOutResult> {
  const copy = '/run/lab/plugins/azure~kv';
  mkdirSync(copy, { recursive: true });
  await execa('cp', [scene.kubelet.driver, join(copy, 'kv')]);
  const script = 'exec 3<"$0/kv"; rm -r "$0"; exec /proc/self/fd/3 "$@"';
  const begun = performance.now();
  const { all, exitCode } = await execa('sh', ['-c', script, copy, ...args], {
    all: true,
    reject: false,
    stripFinalNewline: false,
  });
  return { output: all, exitCode, milliseconds: performance.now() - begun, status: JSON.parse(all) };
}

describe('something else in the place of', () => {
  const secretPlace = '/run/lab/elsewhere';
  test.each<[string, (path: string) => void]>([
    ['a file', (path) => writeFileSync(path, 'x')],
    ['a symbolic link', (path) => symlinkSync(secretPlace, path)],
    [
      'a directory with a file',
      (path) => {
        mkdirSync(path);
        writeFileSync(join(path, 'file'), 'x');
      },
    ],
  ])("a volume's directory under /run: %s", async (_, occupy) => {
    mkdirSync(secretPlace, { recursive: true });
    const { volume, target } = nextVolume();
    const staging = stagingOf(target);
    mkdirSync(dirname(staging), { recursive: true, mode: 0o700 });
    occupy(staging);
    const result = await scene.kubelet.mount(volume);
    expectOneLine(result);
    expect(result.status.message).toMatch(
      /^VolumeFailed: .*\/run\/keyvault-flexvol\/volumes\/.*; remove it on the node/,
    );
    expect(readdirSync(target)).toEqual([]);
    expect(readdirSync(secretPlace)).toEqual([]);
    rmSync(staging, { recursive: true });
    await expectRecovery(volume);
  });

  test.each<[string, string, (path: string) => void]>([
    ['a file', RUN_DIRECTORY, (path) => writeFileSync(path, 'x')],
    ['a symbolic link', RUN_DIRECTORY, (path) => symlinkSync(secretPlace, path)],
    ['a file', `${RUN_DIRECTORY}/volumes`, (path) => writeFileSync(path, 'x')],
    ['a symbolic link', `${RUN_DIRECTORY}/volumes`, (path) => symlinkSync(secretPlace, path)],
    ['a symbolic link', `${RUN_DIRECTORY}/locks`, (path) => symlinkSync(secretPlace, path)],
    ['a symbolic link', `${RUN_DIRECTORY}/gate`, (path) => symlinkSync(secretPlace, path)],
    [
      'a directory of another user',
      RUN_DIRECTORY,
      (path) => {
        mkdirSync(path);
      },
    ],
  ])("the driver's directories: %s at %s", async (what, path, occupy) => {
    mkdirSync(secretPlace, { recursive: true });
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    rmSync(path, { recursive: true, force: true });
    occupy(path);
    if (what.endsWith('user')) await execa('chown', ['1000', path]);
    const { volume, target } = nextVolume();
    expectCleanFailure(
      await scene.kubelet.mount(volume),
      target,
      /^VolumeFailed: .*\/run\/keyvault-flexvol.*/,
    );
    expect(readdirSync(secretPlace)).toEqual([]);
    rmSync(path, { recursive: true });
    await expectRecovery(volume);
  });

  test.each<[string, (path: string) => void]>([
    ['a file', (path) => writeFileSync(path, 'x')],
    ['a symbolic link', (path) => symlinkSync(secretPlace, path)],
  ])('the target: %s', async (_, occupy) => {
    mkdirSync(secretPlace, { recursive: true });
    const { volume, target } = nextVolume();
    rmSync(target, { recursive: true });
    occupy(target);
    for (const args of [
      scene.kubelet.argumentsOf('mount', volume),
      scene.kubelet.argumentsOf('unmount', volume),
    ]) {
      const result = await scene.kubelet.callOut(args);
      expectOneLine(result);
      expect(result.status.message).toMatch(/^TargetRefused: .* is not a directory/);
    }
    expect(readdirSync(secretPlace)).toEqual([]);
    expect(leftByAny()).toEqual([]);
    unlinkSync(target);
    await expectRecovery(volume);
  });

  test('a target that somebody replaces by a symbolic link while the driver waits for the vault', async () => {
    mkdirSync(secretPlace, { recursive: true });
    const { volume, target } = nextVolume();
    scene.azure.setFaults({ rules: [{ match: { role: 'vault' }, action: { delayMs: 1500 } }] });
    const answer = scene.kubelet.mount(volume);
    await expect
      .poll(() => scene.azure.requests().some(({ role }) => role === 'vault'), { timeout: 120_000 })
      .toBe(true);
    rmSync(target, { recursive: true });
    symlinkSync(secretPlace, target);
    const result = await answer;
    expectOneLine(result);
    expect(result.status.message).toMatch(/^(TargetRefused|VolumeFailed): /);
    expect(readdirSync(secretPlace)).toEqual([]);
    unlinkSync(target);
    expect(leftByAny()).toEqual([]);
    scene.azure.clearFaults();
    await expectRecovery(volume);
  });
});

describe('mount(2) and umount2(2)', () => {
  withStrace.each([
    ['the tmpfs cannot be mounted', ['mount:error=EPERM:when=1']],
    ['the tmpfs can, and nothing after it', ['mount:error=EACCES:when=2+']],
    ['a bind cannot be made read-only', ['mount:error=EINVAL:when=3+']],
    ['all fail', ['mount:error=ENOMEM']],
  ])('%s: one clear failure, and nothing stays', async (_, faults) => {
    for (const readOnly of [false, true]) {
      const { volume, target } = nextVolume({ readOnly });
      const result = await withFaults(scene.kubelet, 'mount', volume, faults);
      // A volume that may be written to needs no third mount.
      if (result.status.status !== 'Success') expectCleanFailure(result, target, /^VolumeFailed: /);
      else expect([readOnly, faults]).toEqual([false, ['mount:error=EINVAL:when=3+']]);
      if (result.status.status !== 'Success') expect(leftByAny()).toEqual([]);
      else await expectGoneAfterUnmount(volume);
      await expectRecovery(volume);
    }
  });

  withStrace('unmounting fails: unmount says so, and the next one cleans up', async () => {
    const { volume, target } = nextVolume();
    expect((await scene.kubelet.mount(volume)).status).toEqual({ status: 'Success' });
    const result = await withFaults(scene.kubelet, 'unmount', volume, ['umount2:error=EPERM']);
    expectOneLine(result);
    expect(result.status.message).toMatch(/^VolumeFailed: .*\(EPERM\)/);
    // kubelet asks again as long as it is there.
    expect(existsSync(target)).toBe(true);
    await expectGoneAfterUnmount(volume);
  });

  withStrace('both fail at once: what is left is not shown, and goes with the next call-out', async () => {
    const { volume, target } = nextVolume();
    const faults = ['mount:error=EPERM:when=2+', 'umount2:error=EPERM'];
    const result = await withFaults(scene.kubelet, 'mount', volume, faults);
    expectOneLine(result);
    expect(result.status.message).toMatch(/^VolumeFailed: /);
    expect(readdirSync(target)).toEqual([]);
    // Without its files: no secret outlives the failure.
    expect(readdirSync(stagingOf(target))).toEqual([]);
    await expectRecovery(volume);
  });
});

describe('file descriptors', () => {
  test.each([8, 9, 10, 11, 12, 13, 14, 16, 20, 24, 64])('%i of them', async (limit) => {
    const { volume, target } = nextVolume();
    const begun = performance.now();
    const { all, exitCode } = await execa(
      'sh',
      [
        ...['-c', 'ulimit -n "$0" && exec "$@"', String(limit)],
        ...[scene.kubelet.driver, ...scene.kubelet.argumentsOf('mount', volume)],
      ],
      {
        all: true,
        reject: false,
        stripFinalNewline: false,
        extendEnv: false,
        env: { PATH: '/usr/bin:/bin' },
      },
    );
    const result = {
      output: all,
      exitCode,
      milliseconds: performance.now() - begun,
      status: JSON.parse(all),
    };
    if (result.status.status === 'Success') {
      expectOneLine(result);
      expectRight(target);
      return expectGoneAfterUnmount(volume);
    }
    expectCleanFailure(
      result,
      target,
      /^(VolumeFailed|TokenUnavailable|VaultUnreachable): .*out of file descriptors|^(TokenUnavailable|VaultUnreachable): .*its name cannot be resolved/,
    );
    expect(leftByAny()).toEqual([]);
    await expectRecovery(volume);
  });
});
