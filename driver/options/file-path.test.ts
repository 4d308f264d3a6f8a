import { describe, expect, test } from 'vitest';
import { collidingPaths, faultOfFilePath } from './file-path.ts';

describe('a path below the volume may', () => {
  test.each([
    ['be a name', 'password'],
    ['have sub-directories', 'a/b/c'],
    ['start with a dot', '.netrc'],
    ['have dots within', 'a..b/c...'],
    ['be of any script', 'ключ/鍵'],
    ['hold spaces and shell characters', '$(id) \'x\' "y" ;'],
    ['have a name of 255 bytes', 'é'.repeat(127).padEnd(128, 'x')],
    ['be 1024 bytes long', `${'a'.repeat(255)}/`.repeat(4).slice(0, 1023)],
    ['be 31 directories deep', `${'d/'.repeat(31)}f`],
  ])('%s', (_, path) => {
    expect(faultOfFilePath(path)).toBeUndefined();
  });
});

describe('a path below the volume must not', () => {
  test.each([
    ['be absolute', '/a', 'must be relative to the volume, without a leading "/"'],
    ['be the root', '/', 'must be relative to the volume, without a leading "/"'],
    ['be empty', '', 'must not contain an empty path component'],
    ['end in a slash', 'a/', 'must not contain an empty path component'],
    ['have two slashes side by side', 'a//b', 'must not contain an empty path component'],
    ['be its own directory', '.', 'must not contain the path component "."'],
    ['hold its own directory', 'a/./b', 'must not contain the path component "."'],
    ['be the parent', '..', 'must not contain a path component that starts with ".."'],
    ['hold the parent', 'a/../b', 'must not contain a path component that starts with ".."'],
    ['be the data link', '..data', 'must not contain a path component that starts with ".."'],
    ['have three dots first', 'a/...b', 'must not contain a path component that starts with ".."'],
    ['hold a backslash', 'a\\..\\b', 'must not contain a backslash'],
    ['hold NUL', 'a\0b', 'must not contain control characters'],
    ['hold a line end', 'a\nb', 'must not contain control characters'],
    ['hold DEL', 'a\u007f', 'must not contain control characters'],
    ['hold a C1 control', 'a\u009b', 'must not contain control characters'],
    ['hold a line separator', 'a\u2028', 'must not contain control characters'],
    ['hold half a surrogate pair', 'a\ud800', 'must be valid Unicode'],
    ['have a name of 256 bytes', 'é'.repeat(128), 'must not contain a name longer than 255 bytes'],
    ['be 1025 bytes long', `${'abc/'.repeat(256)}d`, 'must not be longer than 1024 bytes'],
  ])('%s', (_, path, fault) => {
    expect(faultOfFilePath(path)).toBe(fault);
  });
});

describe('paths collide', () => {
  test.each<[string, string[], [string, string][]]>([
    ['never when all differ', ['a', 'b', 'c/a', 'c/b'], []],
    ['never when one name only begins with the other', ['tls', 'tls.key', 'tlskey/a'], []],
    ['once for a pair', ['a', 'b', 'a'], [['a', 'a']]],
    [
      'with the first of three',
      ['a', 'A', 'a'],
      [
        ['a', 'A'],
        ['a', 'a'],
      ],
    ],
    ['when a file is far above another', ['a', 'a/b/c/d'], [['a', 'a/b/c/d']]],
    ['when a directory is far above a file', ['a/b/c/d', 'a/b'], [['a/b/c/d', 'a/b']]],
    ['when a directory differs only in case from a file', ['TLS/key', 'tls'], [['TLS/key', 'tls']]],
  ])('%s', (_, paths, collisions) => {
    expect(collidingPaths(paths)).toEqual(collisions);
  });

  test('without regard to names that every object has', () => {
    expect(collidingPaths(['constructor', '__proto__', 'toString'])).toEqual([]);
  });
});
