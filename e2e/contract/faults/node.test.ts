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
import type { CallOutResult, Kubelet, PodVolume } from '../../lab/kubelet.ts';
import { secretOf } from '../../mock/seed.ts';
import { setScene, volumeOf } from '../scene.ts';
import { withCommand, withMount } from './commands.ts';
import { expectCleanFailure, expectOneLine, leftBehind, leftByAny, stagingOf } from './node-state.ts';
import { writeRecord } from './record.ts';

const RUN_DIRECTORY = '/run/keyvault-flexvol';
const scene = setScene();
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

/** The driver that mounts by commands, which can be made to fail. */
let portable: Kubelet;
beforeEach(async () => {
  portable = await scene.kubelet.portable();
});

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
async function expectRecovery(volume: PodVolume): Promise<void> {
  const target = scene.kubelet.directoryOf(volume);
  expect((await scene.kubelet.mount(volume)).status).toEqual({ status: 'Success' });
  expectRight(target);
  await expectGoneAfterUnmount(volume);
}

function expectRight(target: string): void {
  expect(readFileSync(join(target, 'plain'), 'utf8')).toBe(
    secretOf(scene.azure.seed, 'testkv', 'plain').value,
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
  test.each([
    [
      'too small for the files',
      'size=4096',
      /^VolumeFailed: the volume's files could not be written to the node's memory \(ENOSPC\)/,
    ],
    [
      'without room for names',
      'nr_inodes=3',
      /^VolumeFailed: the volume's files could not be written to the node's memory \(ENOSPC\)/,
    ],
  ])("a volume's tmpfs %s", async (_, limit, message) => {
    const { volume, target } = nextVolume({
      options: { keyvaultobjectnames: 'large', keyvaultobjectaliases: 'plain' },
    });
    await withCommand(
      'mount',
      `case "$*" in *tmpfs*) "$REAL" "$@" && exec "$REAL" -o "remount,${limit}" "$5" ;; esac\nexec "$REAL" "$@"`,
      async () => {
        expectCleanFailure(await portable.mount(volume), target, message);
      },
    );
    expect((await portable.mount(volume)).status).toEqual({ status: 'Success' });
    await expectGoneAfterUnmount(volume);
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

describe('the command', () => {
  test.each<[string, string, RegExp]>([
    [
      'mount fails',
      'echo "mount: permission denied" >&2; exit 32',
      /^VolumeFailed: mount failed \(exit code 32\): mount: permission denied/,
    ],
    [
      'mount fails and says a lot',
      'head -c 200000 /dev/zero | tr "\\0" x >&2; exit 1',
      /^VolumeFailed: mount failed \(exit code 1\): x+/,
    ],
    [
      'mount writes to its output',
      'echo noise; "$REAL" "$@"; echo noise >&2; exit 1',
      /^VolumeFailed: mount failed \(exit code 1\): noise/,
    ],
    ['mount ends by a signal', 'kill -SEGV $$', /^VolumeFailed: mount failed \(SIGSEGV\)/],
    ['mount is no program', '', /^VolumeFailed: the command mount is not on this node, or cannot be run/],
    ['mount says yes and does nothing', 'exit 0', /^VolumeFailed: mount .*nothing is mounted/],
    [
      'mount of the tmpfs alone works',
      'case "$*" in *tmpfs*) exec "$REAL" "$@" ;; esac; exit 32',
      /^VolumeFailed: mount failed \(exit code 32\)/,
    ],
    [
      'mount of the tmpfs works, and binds say yes and do nothing',
      'case "$*" in *tmpfs*) exec "$REAL" "$@" ;; esac; exit 0',
      /^VolumeFailed: mount .*nothing is mounted/,
    ],
  ])('%s', async (_, script, message) => {
    for (const readOnly of [false, true]) {
      const { volume, target } = nextVolume({ readOnly });
      await withCommand('mount', script, async () => {
        expectCleanFailure(await portable.mount(volume), target, message);
        expect(leftByAny()).toEqual([]);
      });
      await expectRecovery(volume);
    }
  });

  test('umount fails: unmount says so, and the next one cleans up', async () => {
    const { volume, target } = nextVolume();
    expect((await portable.mount(volume)).status).toEqual({ status: 'Success' });
    await withCommand('umount', 'echo "umount: no" >&2; exit 32', async () => {
      const result = await portable.unmount(volume);
      expectOneLine(result);
      expect(result.status.message).toMatch(/^VolumeFailed: umount failed \(exit code 32\): umount: no/);
      // kubelet asks again as long as it is there.
      expect(existsSync(target)).toBe(true);
    });
    await expectGoneAfterUnmount(volume);
  });

  test('mount and umount fail at once: what is left is not shown, and goes with the next call-out', async () => {
    const { volume, target } = nextVolume();
    await withCommand('mount', 'case "$*" in *tmpfs*) exec "$REAL" "$@" ;; esac; exit 32', () =>
      withCommand('umount', 'exit 32', async () => {
        const result = await portable.mount(volume);
        expectOneLine(result);
        expect(result.status.message).toMatch(/^VolumeFailed: mount failed/);
        expect(readdirSync(target)).toEqual([]);
        // Without its files: no secret outlives the failure.
        expect(readdirSync(stagingOf(target))).toEqual([]);
      }),
    );
    await expectRecovery(volume);
  });

  test('mount hangs: the answer comes all the same, and the next call-out is not held up when it has ended', {
    timeout: 120_000,
  }, async () => {
    await portable.configure({ caBundle: scene.azure.caPem, deadlineSeconds: 5 });
    const { volume, target } = nextVolume();
    await withCommand('mount', 'echo $$ > /run/lab/hanging; exec sleep 300', async () => {
      const result = await portable.mount(volume);
      expectOneLine(result);
      expect(result.status.message).toMatch(/^DeadlineExceeded: /);
      expect(readdirSync(target)).toEqual([]);
    });
    process.kill(Number(readFileSync('/run/lab/hanging', 'utf8')), 'SIGKILL');
    await portable.configure({ caBundle: scene.azure.caPem });
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
