import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { onBoth } from './host.ts';

const directory = await mkdtemp(join(tmpdir(), 'volumes-'));
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Mounts are nobody else's business. */
const NAMESPACE = ['unshare', '--mount', '--propagation', 'private', '--'];

test('volumes are mounted, read and removed as on Node', async () => {
  const { node, front } = await onBoth('volume-script.ts', { directory }, NAMESPACE);
  expect(toldBy(front)).toEqual(toldBy(node));
  expect(toldBy(front)).toContain('done');
  expect(front).toMatchObject({
    nowhere: [
      {
        code: 'VolumeFailed',
        message:
          'mount of <base>/run/volumes/<volume> on <base>/pods/0123-abcd/volumes/azure~kv/none failed (ENOENT)',
      },
      ['locks', 'records', 'volumes'].map((name) => [name, 0o40700, 0, 0, []]),
      [],
    ],
  });
  const { stdout } = await execa('cat', ['/proc/self/mountinfo']);
  expect(stdout).not.toContain(directory);
});

function toldBy(answers: unknown): unknown {
  return (answers as { told: unknown }).told;
}
