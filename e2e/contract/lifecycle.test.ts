import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { mountsWith } from '../lab/kubelet.ts';
import { secretOf } from '../mock/seed.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();
const success = { exitCode: 0, output: '{"status":"Success"}\n' };
const staging = '/run/keyvault-flexvol/volumes';

const plainOf = (volume: ReturnType<typeof volumeOf>) =>
  readFileSync(join(scene.kubelet.directoryOf(volume), 'plain'), 'utf8');
const plain = () => secretOf(scene.azure.seed, 'testkv', 'plain').value;

describe('call-outs', () => {
  test('init declares a driver without attach that applies fsGroup and SELinux itself', async () => {
    const { status, output } = await scene.kubelet.init();
    expect(output.split('\n')).toHaveLength(2);
    expect(status).toMatchObject({
      status: 'Success',
      capabilities: { attach: false, fsGroup: false, selinuxRelabel: false },
    });
  });

  test.each([
    'attach',
    'detach',
    'waitforattach',
    'isattached',
    'getvolumename',
    'mountdevice',
    'expandvolume',
    '',
  ])('"%s" is not supported', async (callOut) => {
    expect((await scene.kubelet.callOut([callOut, '{}'])).status.status).toBe('Not supported');
  });

  test.each([
    ['mount without options', ['mount', '/x']],
    ['mount with options that are no JSON', ['mount', '/x', '{']],
    ['mount with options that are no object', ['mount', '/x', '[]']],
    ['mount with an option that is no string', ['mount', '/x', '{"keyvaultname":1}']],
    ['unmount without a directory', ['unmount']],
  ])('%s is an invalid call-out, and exits 0', async (_, args) => {
    const { status, exitCode } = await scene.kubelet.callOut(args);
    expect(status.message).toMatch(/^CallOutInvalid: /);
    expect(exitCode).toBe(0);
  });

  test("nothing of kubelet's environment makes the driver talk", async () => {
    const volume = volumeOf(scene, 'noise');
    const result = await scene.kubelet.mount(volume, {
      AZURE_LOG_LEVEL: 'verbose',
      DEBUG: '*',
      NODE_DEBUG: 'http,https,net,tls',
      NODE_OPTIONS: '--trace-warnings',
    });
    expect(result).toMatchObject(success);
    await scene.kubelet.unmount(volume);
  });
});

describe('mount and unmount', () => {
  test('can be repeated: the second mount asks nothing, the second unmount finds nothing', async () => {
    const volume = volumeOf(scene, 'repeated');
    expect(await scene.kubelet.mount(volume)).toMatchObject(success);
    const asked = scene.azure.requests().length;
    expect(await scene.kubelet.mount(volume)).toMatchObject(success);
    expect(scene.azure.requests()).toHaveLength(asked);
    expect(mountsWith(scene.kubelet.directoryOf(volume))).toHaveLength(1);
    expect(await scene.kubelet.unmount(volume)).toMatchObject(success);
    expect(await scene.kubelet.unmount(volume)).toMatchObject(success);
  });

  test('leave nothing behind', async () => {
    const volume = volumeOf(scene, 'clean');
    await scene.kubelet.mount(volume);
    expect(mountsWith(staging)).toHaveLength(1);
    await scene.kubelet.unmount(volume);
    expect(existsSync(scene.kubelet.directoryOf(volume))).toBe(false);
    expect(mountsWith('keyvault-flexvol')).toEqual([]);
    expect(readdirSync(staging)).toEqual([]);
    expect(readdirSync('/run/keyvault-flexvol/locks')).toEqual([]);
  });

  test('unmount needs neither Azure nor a valid node configuration', async () => {
    const volume = volumeOf(scene, 'bad-day');
    await scene.kubelet.mount(volume);
    await scene.kubelet.configure('{"schemaVersion":2}');
    const { status } = await scene.kubelet.mount(volumeOf(scene, 'other'));
    expect(status.message).toMatch(/^NodeConfigInvalid: /);
    expect(await scene.kubelet.unmount(volume)).toMatchObject(success);
  });

  test('unmount removes what the predecessor mounted', async () => {
    const volume = volumeOf(scene, 'predecessor');
    const directory = scene.kubelet.directoryOf(volume);
    mkdirSync(directory, { recursive: true });
    await execa('mount', ['-t', 'tmpfs', 'tmpfs', directory]);
    expect(await scene.kubelet.unmount(volume)).toMatchObject(success);
    expect(existsSync(directory)).toBe(false);
  });

  test('unmount empties a volume, so that a copy of its mount elsewhere holds nothing', async () => {
    const volume = volumeOf(scene, 'copied');
    await scene.kubelet.mount(volume);
    mkdirSync('/run/copy', { recursive: true });
    await execa('mount', ['--bind', scene.kubelet.directoryOf(volume), '/run/copy']);
    expect(readdirSync('/run/copy')).toContain('plain');
    expect(await scene.kubelet.unmount(volume)).toMatchObject(success);
    expect(readdirSync('/run/copy')).toEqual([]);
    await execa('umount', ['/run/copy']);
  });

  test('unmount detaches a volume that somebody still looks at', async () => {
    const volume = volumeOf(scene, 'busy');
    await scene.kubelet.mount(volume);
    const reader = execa('sleep', ['60'], { cwd: scene.kubelet.directoryOf(volume), reject: false });
    expect(await scene.kubelet.unmount(volume)).toMatchObject(success);
    expect(existsSync(scene.kubelet.directoryOf(volume))).toBe(false);
    reader.kill();
    await reader;
  });
});

describe('targets', () => {
  test.each([
    '/etc',
    '/var/lib/kubelet/pods/u/volumes/azure~kv/../../../../../etc',
    'pods/u/volumes/azure~kv/v',
    '/pods/u/volumes/azure~kv/..',
  ])('%s is refused', async (target) => {
    for (const args of [
      ['mount', target, JSON.stringify(volumeOf(scene, 'x').options)],
      ['unmount', target],
    ]) {
      expect((await scene.kubelet.callOut(args)).status.message).toMatch(/^(TargetRefused|OptionsInvalid): /);
    }
    expect((await scene.kubelet.callOut(['unmount', target])).status.message).toMatch(/^TargetRefused: /);
  });

  test('a symbolic link in place of the target is refused, and what it points to is left alone', async () => {
    const volume = volumeOf(scene, 'link');
    const directory = scene.kubelet.directoryOf(volume);
    mkdirSync(dirname(directory), { recursive: true });
    mkdirSync('/run/elsewhere', { recursive: true });
    symlinkSync('/run/elsewhere', directory);
    expect((await scene.kubelet.mount(volume)).status.message).toMatch(
      /^TargetRefused: .* is not a directory/,
    );
    expect((await scene.kubelet.unmount(volume)).status.message).toMatch(
      /^TargetRefused: .* is not a directory/,
    );
    expect(mountsWith('/run/elsewhere')).toEqual([]);
    rmSync(directory);
  });

  test('a mount of another kind at the target is left alone', async () => {
    const volume = volumeOf(scene, 'foreign');
    const directory = scene.kubelet.directoryOf(volume);
    mkdirSync(directory, { recursive: true });
    await execa('mount', ['-t', 'proc', 'proc', directory]);
    expect((await scene.kubelet.unmount(volume)).status.message).toMatch(/^TargetRefused: .*left alone/);
    expect(mountsWith(directory)).toHaveLength(1);
    await execa('umount', [directory]);
  });

  test('files that stand in the directory are not removed', async () => {
    const volume = volumeOf(scene, 'occupied');
    const directory = scene.kubelet.directoryOf(volume);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'file'), 'x');
    expect((await scene.kubelet.unmount(volume)).status.message).toMatch(
      /^VolumeFailed: .*it holds files that this driver did not mount/,
    );
    expect(readdirSync(directory)).toEqual(['file']);
    rmSync(directory, { recursive: true });
  });
});

describe('a call-out that does not end well', () => {
  test('gives up at the deadline, with nothing mounted', async () => {
    await scene.kubelet.configure({ caBundle: scene.azure.caPem, deadlineSeconds: 5 });
    scene.azure.setFaults({ rules: [{ match: { role: 'vault' }, action: { hang: true } }] });
    const volume = volumeOf(scene, 'deadline');
    const { status } = await scene.kubelet.mount(volume);
    expect(status.message).toMatch(/^DeadlineExceeded: the call-out took longer than 5 s/);
    expect(mountsWith('keyvault-flexvol')).toEqual([]);
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s ends it with one line and nothing mounted',
    async (signal) => {
      scene.azure.setFaults({ rules: [{ match: { role: 'vault' }, action: { hang: true } }] });
      const volume = volumeOf(scene, `interrupted-${signal}`);
      const answer = scene.kubelet.mount(volume);
      await until(() => scene.azure.requests().some(({ role }) => role === 'vault'));
      await execa('pkill', [`-${signal.slice(3)}`, '-f', `uid-of-${volume.pod}/`]);
      expect((await answer).status.message).toBe(
        `Interrupted: the call-out was interrupted (${signal}); kubelet will repeat it`,
      );
      expect(mountsWith('keyvault-flexvol')).toEqual([]);
    },
  );

  test('killed while it waits for the vault, it blocks nothing: the next mount fills the volume', async () => {
    scene.azure.setFaults({ rules: [{ match: { role: 'vault' }, action: { hang: true }, times: 1 }] });
    const volume = volumeOf(scene, 'killed');
    const killed = scene.kubelet.mount(volume).catch((error: unknown) => error);
    await until(() => scene.azure.requests().some(({ role }) => role === 'vault'));
    await execa('pkill', ['-KILL', '-f', `uid-of-${volume.pod}/`]);
    expect(await killed).toBeInstanceOf(SyntaxError);
    expect(await scene.kubelet.mount(volume)).toMatchObject(success);
    expect(plainOf(volume)).toBe(plain());
    await scene.kubelet.unmount(volume);
    expect(readdirSync('/run/keyvault-flexvol/locks')).toEqual([]);
  });

  test('a staging mount that a killed call-out left, half filled, is never shown', async () => {
    const volume = volumeOf(scene, 'leftover');
    await scene.kubelet.mount(volume);
    const [name = ''] = readdirSync(staging);
    await execa('umount', [scene.kubelet.directoryOf(volume)]);
    writeFileSync(join(staging, name, 'half-written'), 'x');
    expect(await scene.kubelet.mount(volume)).toMatchObject(success);
    expect(readdirSync(scene.kubelet.directoryOf(volume))).not.toContain('half-written');
    expect(plainOf(volume)).toBe(plain());
    expect(mountsWith(staging)).toHaveLength(1);
    await scene.kubelet.unmount(volume);
  });

  test('two mounts of one directory at once make one volume', async () => {
    const volume = volumeOf(scene, 'twins');
    const results = await Promise.all([scene.kubelet.mount(volume), scene.kubelet.mount(volume)]);
    for (const result of results) expect(result).toMatchObject(success);
    expect(scene.azure.counts().byRole).toEqual({ entra: 1, vault: 1 });
    expect(mountsWith(scene.kubelet.directoryOf(volume))).toHaveLength(1);
    await scene.kubelet.unmount(volume);
  });

  test('an unmount waits for the mount that an earlier kubelet started', async () => {
    scene.azure.setFaults({ rules: [{ match: { role: 'vault' }, action: { delayMs: 1000 } }] });
    const volume = volumeOf(scene, 'overtaken');
    const mount = scene.kubelet.mount(volume);
    await until(() => scene.azure.requests().some(({ role }) => role === 'vault'));
    expect(await scene.kubelet.unmount(volume)).toMatchObject(success);
    expect(await mount).toMatchObject(success);
    expect(mountsWith('keyvault-flexvol')).toEqual([]);
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 6000) throw new Error('waited two minutes in vain');
    await delay(20);
  }
}
