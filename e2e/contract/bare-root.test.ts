import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Kubelet } from '../lab/kubelet.ts';
import { setScene, volumeOf } from './scene.ts';
import { openZone } from './zone-server.ts';

/** The executable needs no file of the node's system: no C library, no shell, no /dev, no list of authorities. */

const scene = setScene();
let root: string;
let kubelet: Kubelet;
let closeZone = async () => {};

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'bare-root-'));
  await execa('mount', ['-t', 'tmpfs', 'bare-root', root]);
  for (const name of ['etc', 'proc', 'run']) mkdirSync(join(root, name));
  await execa('mount', ['--bind', '/proc', join(root, 'proc')]);
  writeFileSync(join(root, 'etc/resolv.conf'), 'nameserver 127.0.0.53\n');
  // The roots of the mock; public ones are in the executable.
  kubelet = await Kubelet.create(root, { caBundle: scene.azure.caPem });
  closeZone = await openZone('nameserver 127.0.0.53\n', () => ({ addresses: ['127.0.0.1'] }));
});
afterEach(async () => {
  await closeZone();
  await execa('umount', ['--recursive', root]);
  rmSync(root, { recursive: true });
});

/** Calls the driver as a process of that root, through the programs of `shell`. */
async function callOut(callOut: 'mount' | 'unmount', shell: readonly string[] = []): Promise<string> {
  const volume = volumeOf(scene, 'bare');
  const directory = kubelet.directoryOf(volume);
  mkdirSync(directory, { recursive: true });
  const inside = [kubelet.driver, ...kubelet.argumentsOf(callOut, volume)].map((text) =>
    text.replace(root, ''),
  );
  const { stdout, stderr } = await execa('/usr/sbin/chroot', [root, ...shell, ...inside], {
    env: {},
    extendEnv: false,
  });
  expect(stderr).toBe('');
  return stdout;
}

async function mountsAndUnmounts(shell: readonly string[]): Promise<void> {
  const success = '{"status":"Success"}';
  expect(await callOut('mount', shell)).toBe(success);
  const directory = kubelet.directoryOf(volumeOf(scene, 'bare'));
  expect(readFileSync(join(directory, 'plain'), 'utf8')).toBe('plain value three');
  expect(await callOut('unmount', shell)).toBe(success);
  expect(
    readdirSync(join(root, 'pods'), { recursive: true }).filter((path) => `${path}`.endsWith('plain')),
  ).toEqual([]);
}

test('with resolv.conf and authorities alone, a volume is mounted and unmounted', async () => {
  expect(readdirSync(root).toSorted()).toEqual(['etc', 'plugins', 'proc', 'run']);
  await mountsAndUnmounts([]);
});

const busybox = await execa('sh', ['-c', 'command -v busybox'], { reject: false });

test.skipIf(busybox.failed && process.env['CI'] === undefined)(
  'beside busybox alone, as on Alpine',
  async () => {
    mkdirSync(join(root, 'bin'));
    copyFileSync(busybox.stdout, join(root, 'bin/busybox'));
    chmodSync(join(root, 'bin/busybox'), 0o755);
    for (const name of ['sh', 'mount', 'umount']) symlinkSync('busybox', join(root, 'bin', name));
    await mountsAndUnmounts(['/bin/sh', '-c', 'exec "$@"', 'sh']);
  },
);
