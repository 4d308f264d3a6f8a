import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { joinParts } from './join.ts';

const ALIGNMENT = 65_536;
const PACK = 'the parts';
let directory = '';
const file = (name: string) => join(directory, name);

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'join-'));
  await writeFile(file('pack'), PACK);
});
afterEach(() => rm(directory, { recursive: true }));

const joined = () => joinParts(file('host'), file('pack'), file('kv'));

test.each([
  ['right behind a host that ends there', ALIGNMENT, ALIGNMENT],
  ['at the next 64 KiB behind a smaller one', 1000, ALIGNMENT],
  ['at the next 64 KiB behind a larger one', ALIGNMENT + 1, 2 * ALIGNMENT],
])('the parts begin %s, and the end of the file says where', async (_, size, at) => {
  const host = Buffer.alloc(size, 7);
  await writeFile(file('host'), host);
  await joined();
  const kv = await readFile(file('kv'));
  expect(kv.subarray(0, size).equals(host)).toBe(true);
  expect(kv.subarray(size, at).every((byte) => byte === 0)).toBe(true);
  expect(kv.subarray(at, -24).toString()).toBe(PACK);
  const end = kv.subarray(-24);
  expect([end.readBigUInt64LE(0), end.readBigUInt64LE(8)]).toEqual([BigInt(at), BigInt(PACK.length)]);
  expect(end.toString('latin1', 16)).toBe('kv-parts');
  expect((await stat(file('kv'))).mode & 0o777).toBe(0o755);
});

test('a directory that is not there yet is made', async () => {
  await writeFile(file('host'), 'host');
  await joinParts(file('host'), file('pack'), file('linux/kv'));
  expect((await stat(file('linux/kv'))).size).toBe(ALIGNMENT + PACK.length + 24);
});

test.each([
  ['the pack is missing', () => rm(file('pack'))],
  [
    'the file cannot be written',
    async () => {
      await rm(file('kv'));
      await mkdir(file('kv/taken'), { recursive: true });
    },
  ],
])('when %s, what was there stays, and no half of a file', async (_, fault) => {
  await writeFile(file('host'), 'host');
  await writeFile(file('kv'), 'of the last build');
  await fault();
  const before = (await readdir(directory, { recursive: true })).toSorted();
  await expect(joined()).rejects.toThrow();
  expect((await readdir(directory, { recursive: true })).toSorted()).toEqual(before);
});
