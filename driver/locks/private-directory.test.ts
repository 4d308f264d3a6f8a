import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensurePrivateDirectory } from './private-directory.ts';

let base = '';
let path = '';

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'private-'));
  path = join(base, 'run', 'volumes');
});
afterEach(() => rmSync(base, { recursive: true }));

function modeOf(file: string): string {
  return (lstatSync(file).mode & 0o7777).toString(8);
}

test('is made with its parents, for this user only', () => {
  ensurePrivateDirectory(path);
  expect([modeOf(path), modeOf(join(base, 'run'))]).toEqual(['700', '700']);
});

test('is left as it is when it stands there already', () => {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  writeFileSync(join(path, 'file'), 'kept');
  ensurePrivateDirectory(path);
  expect(modeOf(path)).toBe('700');
  expect(lstatSync(join(path, 'file')).size).toBe(4);
});

test.each([0o777, 0o755, 0o710, 0o701])('is closed when others could enter it: %o', (mode) => {
  mkdirSync(path, { recursive: true });
  chmodSync(path, mode);
  ensurePrivateDirectory(path);
  expect(modeOf(path)).toBe('700');
});

test.each<[string, () => void]>([
  ['a link to a directory', () => symlinkSync(base, path)],
  ['a file', () => writeFileSync(path, '')],
  [
    "another user's directory",
    () => {
      mkdirSync(path);
      chownSync(path, 1234, 0);
    },
  ],
])('is refused when it is %s', (_, make) => {
  mkdirSync(join(base, 'run'));
  make();
  expect(() => ensurePrivateDirectory(path)).toThrow(
    expect.objectContaining({
      code: 'VolumeFailed',
      message: `${path} is not a directory of the driver's user; remove it on the node`,
    }),
  );
});

test.each<[string, string, () => void]>([
  [
    'a file is in the place of its parent',
    'ENOTDIR',
    () => {
      rmSync(join(base, 'run'), { recursive: true });
      writeFileSync(join(base, 'run'), '');
    },
  ],
])('cannot be made when %s', (_, code, make) => {
  mkdirSync(join(base, 'run'));
  make();
  expect(() => ensurePrivateDirectory(path)).toThrow(
    expect.objectContaining({
      code: 'VolumeFailed',
      message: `cannot prepare ${path} on the node (${code})`,
    }),
  );
});
