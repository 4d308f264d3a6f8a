import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { maySignal } from './capabilities.ts';

test.each([
  ['0000000000000020', true],
  ['000001ffffffffff', true],
  ['0000000000000003', false],
  ['0000000000000000', false],
])('with the effective capabilities %s it may send signals: %s', async (capabilities, expected) => {
  const proc = await mkdtemp(join(tmpdir(), 'proc-'));
  onTestFinished(() => rm(proc, { recursive: true }));
  await mkdir(join(proc, 'self'));
  await writeFile(join(proc, 'self/status'), `Name:\tx\nCapPrm:\t0\nCapEff:\t${capabilities}\n`);
  expect(maySignal(proc)).toBe(expected);
});
