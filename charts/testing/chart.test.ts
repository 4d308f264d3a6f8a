import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { chart, fixtures, helm, outcome } from './chart.ts';
import { helmDocsProgram, helmUnittestProgram } from './programs.ts';

test.each(fixtures)('helm lint --strict has nothing to say of the values %s', async (fixture) => {
  const { succeeded, said } = await helm('lint', '--strict', chart, '--values', join(chart, 'ci', fixture));
  expect(succeeded, said).toBe(true);
});

test('the unit tests pass, and every snapshot that they compare with is there', async () => {
  const copy = await copyOfChart();
  const { succeeded, said } = await outcome(await helmUnittestProgram(), ['--strict', copy]);
  expect(succeeded, said).toBe(true);
  // helm-unittest makes a snapshot that is missing and calls it passed
  const snapshots = join('tests', '__snapshot__');
  const names = await readdir(join(chart, snapshots));
  expect(await readdir(join(copy, snapshots))).toEqual(names);
  for (const name of names.map((file) => join(snapshots, file)))
    expect(await readFile(join(copy, name), 'utf8')).toBe(await readFile(join(chart, name), 'utf8'));
});

test('the README is what helm-docs makes of the comments in values.yaml (`npm run chart:docs`)', async () => {
  const copy = await copyOfChart();
  const made = await outcome(
    await helmDocsProgram(),
    ['--sort-values-order', 'file', '--log-level', 'error'],
    copy,
  );
  expect(made.succeeded, made.said).toBe(true);
  const readme = await readFile(join(copy, 'README.md'), 'utf8');
  expect(await readFile(join(chart, 'README.md'), 'utf8')).toBe(readme);
  const rows = readme.split('\n').filter((line) => /^\| \w[\w.]* \|/.test(line));
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter((row) => /\|\s*\|$/.test(row))).toEqual([]);
});

async function copyOfChart(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'chart-'));
  const copy = join(directory, 'keyvault-flexvol');
  await cp(chart, copy, { recursive: true });
  copies.push(directory);
  return copy;
}

const copies: string[] = [];
afterAll(async () => {
  for (const directory of copies) await rm(directory, { recursive: true });
});
