import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { onBoth } from './host.ts';

const directories = {
  node: await mkdtemp(join(tmpdir(), 'promised-')),
  runtime: await mkdtemp(join(tmpdir(), 'promised-')),
};
afterAll(async () => {
  for (const directory of Object.values(directories)) await rm(directory, { recursive: true, force: true });
});

test('a program that stays uses files as on Node, with the same faults', async () => {
  const withInput = ['sh', '-c', 'yes "naïve" | head -n 40000 | "$@"', 'sh'];
  const { node, runtime } = await onBoth('promised-files-script.ts', { directories }, withInput);
  expect(runtime).toEqual(node);
});
