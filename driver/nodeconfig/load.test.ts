import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadNodeConfig } from './load.ts';
import { defaultNodeConfig } from './node-config.ts';
import { readDeadline } from './read-deadline.ts';

let directory = '';
let file = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'node-config-'));
  file = join(directory, '.config.json');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('no file means the defaults', async () => {
  expect(await loadNodeConfig(directory)).toBe(defaultNodeConfig);
});

test('the file beside the driver is read', async () => {
  writeFileSync(file, '{"schemaVersion":1,"deadlineSeconds":42}');
  expect(await loadNodeConfig(directory)).toEqual({ ...defaultNodeConfig, deadlineSeconds: 42 });
});

test('an invalid file is not taken for none', async () => {
  writeFileSync(file, '');
  await expect(loadNodeConfig(directory)).rejects.toThrow(
    expect.objectContaining({
      code: 'NodeConfigInvalid',
      message: 'the node configuration is not valid JSON',
    }),
  );
});

test.each<[string, () => void, string]>([
  ['a directory in its place', () => mkdirSync(file), 'EISDIR'],
  ['a link to nothing', () => symlinkSync('nothing', file), 'ENOENT'],
  ['the directory gone, with what it held', () => rmSync(directory, { recursive: true }), 'ENOENT'],
  ['a link to itself', () => symlinkSync('.config.json', file), 'ELOOP'],
])('%s is not taken for none', async (_, make, code) => {
  make();
  await expect(loadNodeConfig(directory)).rejects.toThrow(
    expect.objectContaining({ code: 'NodeConfigInvalid', message: `cannot read ${file} (${code})` }),
  );
});

test.each([
  ['{"schemaVersion":1,"deadlineSeconds":42}', 42],
  ['{"schemaVersion":1}', undefined],
  ['{"deadlineSeconds":4}', undefined],
  ['{"deadlineSeconds":111}', undefined],
  ['{"deadlineSeconds":"42"}', undefined],
  ['null', undefined],
  ['{', undefined],
])('the deadline alone of %s is %s', (text, seconds) => {
  writeFileSync(file, text);
  expect(readDeadline(directory)).toBe(seconds);
});

test('the deadline alone where there is no file is not told', () => {
  expect(readDeadline(directory)).toBeUndefined();
});
