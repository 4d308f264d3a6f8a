import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cached, pruneCache } from './cache.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cache-'));
  vi.stubEnv('KEYVAULT_FLEXVOL_CACHE', root);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

const writing = (text: string) => (directory: string) => writeFile(join(directory, 'file'), text);
const fileOf = (entry: string) => readFile(join(entry, 'file'), 'utf8');

test('an entry is built once for the same inputs', async () => {
  const first = await cached('thing', { version: 1 }, writing('first'));
  const second = await cached('thing', { version: 1 }, writing('second'));
  expect(second).toBe(first);
  expect(await fileOf(second)).toBe('first');
});

test('other inputs are another entry', async () => {
  const first = await cached('thing', { version: 1 }, writing('first'));
  const second = await cached('thing', { version: 2 }, writing('second'));
  expect(await Promise.all([first, second].map(fileOf))).toEqual(['first', 'second']);
});

test('a build that fails half way leaves nothing, and the next one starts anew', async () => {
  const failing = async (directory: string) => {
    await writing('half')(directory);
    throw new Error('no space left');
  };
  await expect(cached('thing', {}, failing)).rejects.toThrow('no space left');
  expect(await readdir(root)).toEqual([]);
  expect(await fileOf(await cached('thing', {}, writing('whole')))).toBe('whole');
});

test('of two builds of one entry at once, one is kept and both answer it', async () => {
  const entries = await Promise.all([cached('thing', {}, writing('a')), cached('thing', {}, writing('b'))]);
  expect(new Set(entries).size).toBe(1);
  expect(['a', 'b']).toContain(await fileOf(entries[0]));
  expect(await readdir(root)).toHaveLength(1);
});

test('pruning removes what was not used for a month and leaves what others keep there', async () => {
  const old = await cached('old', {}, writing('old'));
  const fresh = await cached('fresh', {}, writing('fresh'));
  await writeFile(join(root, 'someone-elses'), '');
  const longAgo = new Date(Date.now() - 31 * 24 * 3600 * 1000);
  await utimes(old, longAgo, longAgo);
  await utimes(join(root, 'someone-elses'), longAgo, longAgo);
  await pruneCache();
  expect((await readdir(root)).map((name) => join(root, name)).toSorted()).toEqual(
    [fresh, join(root, 'someone-elses')].toSorted(),
  );
});
