import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { onBoth } from './host.ts';

const directories = {
  node: await mkdtemp(join(tmpdir(), 'files-')),
  runtime: await mkdtemp(join(tmpdir(), 'files-')),
};
afterAll(async () => {
  for (const directory of Object.values(directories)) await rm(directory, { recursive: true, force: true });
});

test('files are made, read, changed and removed as on Node, with the same faults', async () => {
  const { node, runtime } = await onBoth('files-script.ts', { directories, longName: 'x'.repeat(256) });
  expect(withoutLayout(runtime)).toEqual(withoutLayout(node));
});

/** Bundling writes a step's text another way. */
function withoutLayout(steps: unknown): unknown {
  return (steps as { what: string }[]).map(({ what, ...rest }, step) => ({ step, ...rest }));
}
