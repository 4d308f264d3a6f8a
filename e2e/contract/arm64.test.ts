import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { expect, test } from 'vitest';

const emulator = 'qemu-aarch64-static';
const root = '/usr/aarch64-linux-gnu';
const possible = process.arch === 'x64' && existsSync(`/usr/bin/${emulator}`) && existsSync(root);

// Where tests must be complete the emulator is not optional.
test.skipIf(!possible && process.env['CI'] === undefined)(
  'the executable for arm64 answers init (needs qemu-user-static and libc6-arm64-cross)',
  async () => {
    const { all, exitCode } = await execa(emulator, ['-L', root, 'dist/linux-arm64/kv', 'init'], {
      all: true,
    });
    expect(exitCode).toBe(0);
    expect(JSON.parse(all)).toMatchObject({ status: 'Success', capabilities: { attach: false } });
  },
);
