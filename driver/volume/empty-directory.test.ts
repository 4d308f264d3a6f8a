import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { onDirectory } from './directory-handle.ts';
import { emptyDirectory as emptyOpen } from './empty-directory.ts';

const emptyDirectory = (path: string) => onDirectory(path, (open) => emptyOpen(open));

let base = '';
let directory = '';

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'empty-'));
  directory = join(base, 'directory');
  mkdirSync(directory);
});
afterEach(() => rmSync(base, { recursive: true }));

test('files, links and directories in directories go; the directory stays', () => {
  mkdirSync(join(directory, '..2026', 'a', 'b'), { recursive: true });
  writeFileSync(join(directory, '..2026', 'a', 'b', 'file'), 'x');
  symlinkSync('..2026', join(directory, '..data'));
  writeFileSync(join(directory, 'file'), 'x', { mode: 0 });
  emptyDirectory(directory);
  expect(readdirSync(directory)).toEqual([]);
});

test('what a link points to is left alone', () => {
  const outside = join(base, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'file'), 'x');
  symlinkSync(outside, join(directory, 'link'));
  emptyDirectory(directory);
  expect(readdirSync(directory)).toEqual([]);
  expect(existsSync(join(outside, 'file'))).toBe(true);
});

test('a link in place of the directory is refused', () => {
  symlinkSync(directory, join(base, 'link'));
  writeFileSync(join(directory, 'file'), 'x');
  expect(() => emptyDirectory(join(base, 'link'))).toThrow(/ENOTDIR|ELOOP/);
  expect(readdirSync(directory)).toEqual(['file']);
});

test('names that are not UTF-8 go, in directories too', () => {
  const below = (...names: Uint8Array[]) =>
    Buffer.concat([Buffer.from(directory), ...names.flatMap((name) => [Buffer.from('/'), name])]);
  const odd = Buffer.from([0xff, 0xfe]);
  mkdirSync(below(odd));
  writeFileSync(below(odd, odd), 'x');
  emptyDirectory(directory);
  expect(readdirSync(directory)).toEqual([]);
});

test('any depth goes, with few descriptors open and no path that is too long', () => {
  const start = process.cwd();
  process.chdir(directory);
  for (let level = 0; level < 3000; level++) {
    writeFileSync('file', '');
    mkdirSync('deeper');
    process.chdir('deeper');
  }
  process.chdir(start);
  emptyDirectory(directory);
  expect(readdirSync(directory)).toEqual([]);
});

test('no more is done than was asked for', () => {
  for (let file = 0; file < 30; file++) writeFileSync(join(directory, String(file)), '');
  onDirectory(directory, (open) => emptyOpen(open, { steps: 10, namesAtOnce: 100 }));
  expect(readdirSync(directory)).toHaveLength(20);
  // Nor is a directory read that holds more names than may be in memory.
  onDirectory(directory, (open) => emptyOpen(open, { steps: 100, namesAtOnce: 19 }));
  expect(readdirSync(directory)).toHaveLength(20);
});

test('what a sticky directory holds of others goes', () => {
  mkdirSync(join(directory, 'sticky'));
  writeFileSync(join(directory, 'sticky', 'file'), '');
  chownSync(join(directory, 'sticky'), 1000, 1000);
  chmodSync(join(directory, 'sticky'), 0o1777);
  emptyDirectory(directory);
  expect(readdirSync(directory)).toEqual([]);
});
