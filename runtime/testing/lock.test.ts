import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Starts, started } from './host.ts';

/** Call-outs of Node and the runtime share a node, and while the driver is replaced those of two versions do. */

let base = '';
let locks = '';
let journal = '';
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'locks-'));
  locks = await mkdtemp(join(base, 'directory-'));
  journal = join(base, 'journal');
  await writeFile(journal, '');
});
afterEach(() => rm(base, { recursive: true }));

const take = ([program, script]: Starts['node'], rounds: string) =>
  execa(program, [script, locks, journal, rounds], { reject: false });
const journalled = async () => (await readFile(journal, 'utf8')).split('\n').slice(0, -1);

test('never do two hold a lock at once, whichever runtimes they are on', async () => {
  await started('lock-script.ts', async ({ node, runtime }) => {
    const ends = await Promise.all([node, runtime, runtime, node, runtime].map((start) => take(start, '15')));
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0]);
  });
  const lines = await journalled();
  expect(lines).toHaveLength(5 * 15 * 2);
  for (let at = 0; at < lines.length; at += 2) {
    const pid = lines[at]?.split(' ')[1];
    expect(lines.slice(at, at + 2)).toEqual([`start ${pid}`, `end ${pid}`]);
  }
  expect(await readdir(locks)).toEqual([]);
});

test.each([
  ['node', 'runtime'],
  ['runtime', 'node'],
  ['runtime', 'runtime'],
] as const)('of a holder on %s that was killed one on %s is told', async (first, second) => {
  await started('lock-script.ts', async (starts) => {
    const holder = take(starts[first], 'for ever');
    await expect.poll(journalled).toHaveLength(1);
    const next = take(starts[second], '1');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await journalled()).toHaveLength(1);
    holder.kill('SIGKILL');
    await Promise.all([holder, next]);
  });
  expect((await journalled()).slice(1)).toEqual([
    expect.stringMatching(/^start after a kill \d+$/),
    expect.stringMatching(/^end \d+$/),
  ]);
  expect(await readdir(locks)).toEqual([]);
});
