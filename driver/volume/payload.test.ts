import { describe, expect, test } from 'vitest';
import {
  isPayloadDirectoryName,
  newPayloadName,
  payloadDirectoryName,
  tmpfsInodes,
  tmpfsSize,
  topLevelNames,
} from './payload.ts';

describe('the names at the top of a volume with', () => {
  test.each<[string, string[], string[]]>([
    ['no files', [], []],
    ['files at the top', ['b', 'a'], ['a', 'b']],
    ['files in one directory', ['tls/key', 'tls/crt'], ['tls']],
    ['files deep down', ['a/b/c/d', 'x'], ['a', 'x']],
    ['directories whose names begin alike', ['a-b/c', 'a/b/c'], ['a', 'a-b']],
  ])('%s', (_, paths, names) => {
    expect(topLevelNames(paths.map((path) => ({ path })))).toEqual(names);
  });
});

describe('only what a writer names so is taken for a payload', () => {
  test.each<[string, string, boolean]>([
    ['a new name', newPayloadName(new Date()), true],
    ['a path', `../${newPayloadName(new Date())}`, false],
    ['a way out', '..', false],
    ['the link to the payload', '..data', false],
    ['a file of the pod', 'password', false],
    ['kubelet’s own', '..2026_01_31_12_00_00.123456789', false],
  ])('%s', (_, name, is) => {
    expect(isPayloadDirectoryName(name)).toBe(is);
  });
});

test("a payload directory's name tells its time and sorts by it", () => {
  const name = payloadDirectoryName(new Date('2026-01-02T03:04:05.678Z'), '00ff00ff00');
  expect(name).toBe('..2026_01_02_03_04_05.00ff00ff00');
});

describe("a volume's memory is bounded", () => {
  const MiB = 1024 * 1024;
  test.each<[string, number[], number]>([
    ['without files', [], 4 * MiB],
    ['with one small file', [1], 4 * MiB],
    ['with the largest secret', [25 * 1024], 4 * MiB],
  ])('%s', (_, sizes, bytes) => {
    expect(tmpfsSize(sizes)).toBe(bytes);
  });

  test.each([4096, 65536])('and holds two payloads of any shape on pages of %i bytes', (page) => {
    const onPages = (sizes: number[]) => sizes.reduce((sum, size) => sum + Math.ceil(size / page) * page, 0);
    for (const sizes of [
      [1],
      [25_000],
      many(100, 1),
      many(100, 25_000),
      many(1000, page),
      many(1000, page + 1),
    ]) {
      expect(tmpfsSize(sizes)).toBeGreaterThanOrEqual(2 * onPages(sizes));
    }
  });
});

function many(count: number, size: number): number[] {
  return new Array<number>(count).fill(size);
}

test('a volume has inodes for two payloads and their links, and not for millions of empty files', () => {
  const paths = Array.from({ length: 5000 }, (_, index) => `a/${index}/b/file`);
  const needed = 2 * (5000 * 3 + 2) + 3;
  expect(tmpfsInodes(paths)).toBeGreaterThan(needed + 65_000);
  expect(tmpfsInodes(['one'])).toBeLessThan(70_000);
});
