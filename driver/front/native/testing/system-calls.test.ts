import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isSanitized, testHost } from '../../../../image/front/test-programs.ts';
import { checkStarving, checkSystemCalls } from './system-calls.ts';

const allWell = { lines: ['N checks, 0 failed'], exitCode: 0 };
const emulator = '/usr/bin/qemu-aarch64-static';
const canEmulate = !isSanitized && process.arch === 'x64' && existsSync(emulator);

test('system calls answer as system.d.ts says', { timeout: 600_000 }, async () => {
  expect(await checkSystemCalls(await testHost())).toEqual(allWell);
});

test.skipIf(!canEmulate)('so they do on arm64 (needs qemu-user-static)', { timeout: 900_000 }, async () => {
  expect(await checkSystemCalls(emulator, await testHost('arm64'))).toEqual(allWell);
});

test('without memory they throw', { timeout: 600_000 }, async () => {
  expect(await checkStarving(await testHost())).toEqual(allWell);
});
