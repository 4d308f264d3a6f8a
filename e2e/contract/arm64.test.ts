// The driver for arm64, under an emulator of its processor, with each size of pages that arm64 kernels have.
import { existsSync } from 'node:fs';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { driverFile } from '../lab/programs.ts';
import { setScene, volumeOf } from './scene.ts';

const emulator = '/usr/bin/qemu-aarch64-static';
const forArm64 = 'dist/linux-arm64/kv';

/** The program's parts, which are the end of the executable: what the last build made for both is the same. */
async function partsOf(file: string): Promise<Buffer | undefined> {
  if (!existsSync(file)) return undefined;
  const bytes = await readFile(file);
  return bytes.subarray(Number(bytes.readBigUInt64LE(bytes.length - 24)), -24);
}

const parts = await partsOf(forArm64);
const isBuilt = parts !== undefined && (await partsOf(driverFile))?.equals(parts) === true;
const possible = process.arch === 'x64' && existsSync(emulator) && isBuilt;

// Where tests must be complete the emulator is not optional.
describe.skipIf(!possible && process.env['CI'] === undefined)(
  'needs qemu-user-static, and "npm run build -- --all"',
  () => {
    const scene = setScene();
    /** Beside the driver, where its node configuration is. */
    const copy = () => join(dirname(scene.kubelet.driver), '.kv-arm64');

    beforeAll(async () => {
      await rm(scene.kubelet.driver);
      await copyFile(forArm64, copy());
    });
    afterAll(() => rm(scene.kubelet.driver, { force: true }));

    describe.each([4096, 16_384, 65_536])('with pages of %i bytes', (bytes) => {
      beforeAll(() =>
        writeFile(scene.kubelet.driver, `#!/bin/sh\nexec ${emulator} -p ${bytes} ${copy()} "$@"\n`, {
          mode: 0o755,
        }),
      );

      test('it answers init', async () => {
        const { status, exitCode } = await scene.kubelet.init();
        expect(exitCode).toBe(0);
        expect(status).toMatchObject({ status: 'Success', capabilities: { attach: false } });
      });

      test('it mounts, and unmounts', async () => {
        const volume = volumeOf(scene, `arm64-${bytes}`);
        const { status } = await scene.kubelet.mount(volume);
        expect(status).toEqual({ status: 'Success' });
        const content = await readFile(join(scene.kubelet.directoryOf(volume), 'plain'), 'utf8');
        expect(content).not.toBe('');
        expect((await scene.kubelet.unmount(volume)).status.status).toBe('Success');
      });
    });
  },
);
