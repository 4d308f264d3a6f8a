import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { filesOfProjectedVolumes } from './projected-volumes.ts';

const STATE = '..2026_01_31_12_00_00.123456789';
let root = '';
let volumes = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'projected-'));
  volumes = join(root, 'kubernetes.io~projected');
});
afterEach(() => rmSync(root, { recursive: true }));

/** A volume as kubelet's atomic writer leaves it; gives the directory of its state. */
function volume(name: string, files: Record<string, string>, data = STATE): string {
  const state = join(volumes, name, STATE);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(join(state, file, '..'), { recursive: true });
    writeFileSync(join(state, file), content);
  }
  symlinkSync(data, join(volumes, name, '..data'));
  return state;
}

const found = () => [...filesOfProjectedVolumes(volumes)].sort();
const openFiles = () => readdirSync('/proc/self/fd').length;

test('no volumes, or empty ones, have no files', () => {
  expect(found()).toEqual([]);
  mkdirSync(join(volumes, 'not-mounted-yet'), { recursive: true });
  expect(found()).toEqual([]);
});

test('the files of all volumes are read, those in directories too, and all is closed again', () => {
  volume('one', { a: 'first', 'b/c': 'second' });
  volume('two', { a: 'third' });
  const before = openFiles();
  expect(found()).toEqual(['first', 'second', 'third']);
  for (const content of filesOfProjectedVolumes(volumes)) if (content !== '') break;
  expect(openFiles()).toBe(before);
});

test('a large file and a pipe are passed over', () => {
  const state = volume('one', { a: 'small', big: 'x'.repeat(65_537) });
  execFileSync('mkfifo', [join(state, 'pipe')]);
  expect(found()).toEqual(['small']);
});

test('no more than so many entries are looked at', () => {
  volume('one', Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`f${index}`, 'x'])));
  expect(found().length).toBeLessThan(512);
});

test('no deeper than so many directories are looked at', () => {
  volume('one', { [`${'d/'.repeat(20)}f`]: 'deep', a: 'flat' });
  expect(found()).toEqual(['flat']);
});

test('no link is followed', () => {
  const elsewhere = join(root, 'elsewhere');
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'token'), 'foreign');
  const state = volume('one', { a: 'own' });
  symlinkSync(join(elsewhere, 'token'), join(state, 'link'));
  symlinkSync(elsewhere, join(state, 'directory'));
  symlinkSync(elsewhere, join(volumes, 'volume'));
  expect(found()).toEqual(['own']);
});

test.each(['../elsewhere', '/etc', '..', '.', 'a', `${STATE}/../../two/${STATE}`, '..data'])(
  'the state of a volume is never %j',
  (data) => {
    volume('two', { a: 'other' });
    volume('one', { a: 'own' }, data);
    expect(found()).toEqual(['other']);
  },
);
