import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle } from './bundle.ts';

let directory = '';
let outfile = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bundle-'));
  await mkdir(join(directory, 'dist/meta'), { recursive: true });
  await writeFile(
    join(directory, 'main.ts'),
    `console.log('version', __VERSION__);
     if (process.argv[2] === 'heavy') void import('./heavy.ts').then(({ answer }) => console.log(answer));`,
  );
  await writeFile(join(directory, 'heavy.ts'), `console.log('loaded'); export const answer = 42;`);
  outfile = await bundle(
    { name: 'program', entryPoint: 'main.ts' },
    '1.2.3',
    directory,
    join(directory, 'dist'),
  );
});

afterAll(() => rm(directory, { recursive: true }));

test('the bundle knows its version and does not run what is imported lazily', async () => {
  expect((await execa(process.execPath, [outfile])).stdout).toBe('version 1.2.3');
});

test('what is imported lazily is in the bundle and runs when asked for', async () => {
  await rm(join(directory, 'heavy.ts'));
  expect((await execa(process.execPath, [outfile, 'heavy'])).stdout).toBe('version 1.2.3\nloaded\n42');
});
