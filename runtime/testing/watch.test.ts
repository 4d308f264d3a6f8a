import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { onBoth } from './host.ts';

const directories = {
  node: await mkdtemp(join(tmpdir(), 'watch-')),
  runtime: await mkdtemp(join(tmpdir(), 'watch-')),
};
afterAll(async () => {
  for (const directory of Object.values(directories)) await rm(directory, { recursive: true, force: true });
});

test('changes in a directory are told as on Node', async () => {
  const { node, runtime } = await onBoth('watch-script.ts', { directories });
  expect(runtime).toEqual(node);
});
