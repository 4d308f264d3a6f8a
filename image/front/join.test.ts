import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { joinPrograms } from './join.ts';

const ALIGNMENT = 65_536;
const SECTION_HEADER = 64;
let directory = '';
const file = (name: string) => join(directory, name);

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'join-'));
  await writeFile(file('large'), 'the large one');
});
afterEach(() => rm(directory, { recursive: true }));

/** So much of an ELF file as says where its section headers are; `more` bytes follow them. */
async function writeFront(size: number, more = 0): Promise<Buffer> {
  const front = Buffer.alloc(size + more, 7);
  front.writeBigUInt64LE(BigInt(size - 2 * SECTION_HEADER), 40);
  front.writeUInt16LE(SECTION_HEADER, 58);
  front.writeUInt16LE(2, 60);
  await writeFile(file('front'), front);
  return front;
}

const joined = () => joinPrograms(file('front'), file('large'), file('kv'));

test.each([
  ['right behind a front that ends there', ALIGNMENT, ALIGNMENT],
  ['at the next 64 KiB behind a smaller one', 1000, ALIGNMENT],
  ['at the next 64 KiB behind a larger one', ALIGNMENT + 1, 2 * ALIGNMENT],
])('the large program begins %s', async (_, size, at) => {
  const front = await writeFront(size);
  await joined();
  const kv = await readFile(file('kv'));
  expect(kv.subarray(0, size).equals(front)).toBe(true);
  expect(kv.subarray(size, at).every((byte) => byte === 0)).toBe(true);
  expect(kv.subarray(at).toString()).toBe('the large one');
  expect((await stat(file('kv'))).mode & 0o777).toBe(0o755);
});

test('a directory that is not there yet is made', async () => {
  await writeFront(1000);
  await joinPrograms(file('front'), file('large'), file('linux/kv'));
  expect((await stat(file('linux/kv'))).size).toBe(ALIGNMENT + 'the large one'.length);
});

test.each([
  ['behind its section headers there is something else', 1],
  ['it was cut off', -1],
])('a front is refused when %s: it would not find the large program', async (_, more) => {
  await writeFront(1000, more);
  await writeFile(file('kv'), 'of the last build');
  await expect(joined()).rejects.toThrow('does not end with its section headers: 1000, ');
  expect(await readFile(file('kv'), 'utf8')).toBe('of the last build');
});

test.each([
  ['the large program is missing', () => rm(file('large'))],
  [
    'the file cannot be written',
    async () => {
      await rm(file('kv'));
      await mkdir(file('kv/taken'), { recursive: true });
    },
  ],
])('when %s, what was there stays, and no half of a file', async (_, fault) => {
  await writeFront(1000);
  await writeFile(file('kv'), 'of the last build');
  await fault();
  const before = (await readdir(directory, { recursive: true })).toSorted();
  await expect(joined()).rejects.toThrow();
  expect((await readdir(directory, { recursive: true })).toSorted()).toEqual(before);
});
