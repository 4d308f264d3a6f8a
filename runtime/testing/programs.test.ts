import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { onBoth } from './host.ts';

const cwd = await realpath(await mkdtemp(join(tmpdir(), 'programs-')));
await writeFile(join(cwd, 'not-executable'), '#!/bin/sh\n', { mode: 0o644 });
afterAll(() => rm(cwd, { recursive: true }));

const shell = (script: string, options = {}) => ({ file: '/bin/sh', args: ['-c', script], options });

test('programs are run in their bounds as on Node', { timeout: 240_000 }, async () => {
  const runs = [
    shell('echo "$OF_TEST"; pwd; echo to errors >&2; env | sort | cut -d= -f1'),
    shell('exit 3'),
    shell('echo half; kill -TERM $$'),
    shell('grep -E "Sig(Blk|Ign)" /proc/self/status'),
    shell('printf "é\\377"'),
    shell('sleep 30', { timeout: 200 }),
    shell('sleep 30 & echo started', { timeout: 5000 }),
    shell('head -c 100000 /dev/zero', { maxBuffer: 1000 }),
    shell('head -c 100000 /dev/zero | tr "\\0" x >&2; exit 1'),
    { file: join(cwd, 'not-executable'), args: [] },
    { file: join(cwd, 'not-there'), args: [] },
  ];
  const { node, runtime } = await onBoth('programs-script.ts', { runs, cwd });
  expect(runtime).toEqual(node);
});

test('a program has nothing to read, where Node would leave it waiting for somebody to write', async () => {
  const runs = [shell('read line && echo "$line" || echo nothing to read', { timeout: 20_000 })];
  const { runtime } = await onBoth('programs-script.ts', { runs, cwd });
  expect(runtime).toMatchObject([{ stdout: 'nothing to read\n' }]);
});
