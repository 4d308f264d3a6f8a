import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
