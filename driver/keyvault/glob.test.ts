import picomatch from 'picomatch';
import { describe, expect, test } from 'vitest';
import { compileGlob } from './glob.ts';

/** The other implementation knows only one of the two ways to negate a set. */
const oracleOf = (pattern: string) =>
  picomatch(pattern.replaceAll('[!', '[^'), { nocase: true, noextglob: true });

function matches(pattern: string, name: string): boolean {
  const matcher = compileGlob(pattern);
  if (typeof matcher === 'string') throw new Error(`${pattern} ${matcher}`);
  return matcher(name);
}

const names = [
  '',
  'a',
  'b',
  'ab',
  'db',
  'DB-1',
  'db-2',
  'db-10',
  'db-password',
  'cache-1',
  'cache',
  'a-b-c',
  'abab',
  '1',
];
const patterns = [
  '*',
  '?',
  'db',
  'DB*',
  'db-*',
  'db-?',
  'db-[0-9]',
  'db-[!0-9]*',
  'db-[^1]',
  '*-*',
  '*b',
  'a*b',
  'a*b*',
  '**b',
  '{db,cache}-*',
  '{a,b}{a,b}',
  '*{1,2}',
  '[a-c]*[0-9]',
  'a?a?',
];

test.each(patterns)('%s matches what another implementation of globs matches', (pattern) => {
  const oracle = oracleOf(pattern);
  const expected = names.filter((name) => name !== '' && oracle(name));
  expect(names.filter((name) => name !== '' && matches(pattern, name))).toEqual(expected);
});

test('random patterns match what another implementation matches', () => {
  // A small generator of its own, so that a failure can be repeated.
  let state = 42;
  const pick = <T>(from: readonly T[]): T => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return from[Math.floor((state / 2 ** 31) * from.length)] as T;
  };
  const string = (alphabet: readonly string[], length: number) =>
    Array.from({ length }, () => pick(alphabet)).join('');
  let matched = 0;
  for (let round = 0; round < 3000; round += 1) {
    const pattern = string(['a', 'b', '-', '*', '?', '[ab]', '[!a]', '{a,b-}'], pick([1, 2, 3, 4, 5]));
    const name = string(['a', 'b', '-', 'A'], pick([1, 2, 3, 4, 5, 6]));
    const expected = oracleOf(pattern)(name);
    expect(`${pattern} ${name} ${matches(pattern, name)}`).toBe(`${pattern} ${name} ${expected}`);
    if (expected) matched += 1;
  }
  expect(matched).toBeGreaterThan(300);
});

test('a pattern that makes regular expressions backtrack for years is done at once', () => {
  const begun = performance.now();
  expect(matches(`${'*a'.repeat(60)}*b`, 'a'.repeat(127))).toBe(false);
  expect(performance.now() - begun).toBeLessThan(100);
});

describe('what is no pattern says why', () => {
  test.each<[string, string]>([
    ['', 'must have 1 to 256 characters'],
    ['a'.repeat(257), 'must have 1 to 256 characters'],
    ['a/b', 'may only hold letters, digits, dashes and the wildcards * ? [a-z] [!a-z] {one,other}'],
    ['(a+)+', 'may only hold letters, digits, dashes and the wildcards * ? [a-z] [!a-z] {one,other}'],
    ['a\n', 'may only hold letters, digits, dashes and the wildcards * ? [a-z] [!a-z] {one,other}'],
    ['{a,{b,c}}', 'has a brace or comma without its pair; braces do not nest'],
    ['a,b', 'has a brace or comma without its pair; braces do not nest'],
    ['{a', 'has a brace or comma without its pair; braces do not nest'],
    ['{a,b}'.repeat(7), 'has more than 64 alternatives in braces'],
    ['[a', 'has a [ that is not part of a set such as [a-z]'],
    ['a]', 'has a ] that is not part of a set such as [a-z]'],
    ['[]', 'has a [ that is not part of a set such as [a-z]'],
    ['!a', 'has a ! that is not part of a set such as [a-z]'],
  ])('%s', (pattern, expected) => {
    expect(compileGlob(pattern)).toBe(expected);
  });
});
