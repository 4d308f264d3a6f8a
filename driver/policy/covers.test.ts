import { describe, expect, test } from 'vitest';
import { coversTexts as covers } from './testing/covers-texts.ts';

describe('of a name', () => {
  test.each([
    ['itself', 'db-password', 'db-password', true],
    ['itself in another case', 'DB-Password', 'db-passWORD', true],
    ['a longer one', 'db-password', 'db-passwords', false],
    ['a shorter one', 'db-password', 'db', false],
    ['any with a star', '*', 'a', true],
    ['one that only starts like it', 'db*', 'dbx', true],
    ['one between stars', '*-db-*', 'shop-db-1', true],
    ['one of a set', 'db-[0-3]', 'db-3', true],
    ['one outside of a set', 'db-[0-3]', 'db-4', false],
    ['one of the alternatives', '{db,web}-1', 'web-1', true],
    ['none by a star, as a name that kubelet did not tell', '*', '', false],
    ['none with a dot by another character', 'a-b', 'a.b', false],
    ['one with dots', 'web.v*', 'web.v1', true],
    ['none with a letter that only looks like one (U+212A)', 'k*', '\u212Aey', false],
    ['none with a slash', '*', 'a/b', false],
    ['none with a line feed', '*', 'a\nb', false],
  ])('%s: %s, %j', (_, pattern, name, covered) => {
    expect(covers(pattern, name)).toBe(covered);
  });
});

describe('of a selection', () => {
  test.each([
    ['itself', 'db-*', 'db-*', true],
    ['a narrower one', 'db-*', 'db-a*', true],
    ['a wider one', 'db-a*', 'db-*', false],
    ['all names by all names', '*', '*', true],
    ['all names by some', 'd*', '*', false],
    ['a star by any number of single characters', 'db-??', 'db-*', false],
    ['single characters by a star', 'db-*', 'db-??', true],
    ['a set by a wider one', 'db-[a-f]', 'db-[b-d]', true],
    ['a set by a narrower one', 'db-[b-d]', 'db-[a-f]', false],
    ['a set by an exclusion', '[!x]*', '[a-f]*', true],
    ['an exclusion by a set that has all the rest', '[0-9a-y.-]', '[!z]', true],
    ['an exclusion by another', '[!x]', '[!y]', false],
    ['alternatives, each of its own', '{db,web}-*', '{web,db}-1', true],
    ['alternatives, one of which is not', '{db,web}-*', '{web,ldap}-1', false],
    ['what ends alike', '*-public', 'db-*-public', true],
    ['what may end in another way', '*-public', 'db-*', false],
    ['what is no glob', '*', 'db-[', false],
  ])('%s: %s, %s', (_, pattern, selection, covered) => {
    expect(covers(pattern, selection)).toBe(covered);
  });
});

test('a long name and a pattern of many stars come to an end', () => {
  expect(covers('*a'.repeat(127), 'a'.repeat(126))).toBe(false);
  expect(covers('*a'.repeat(100), '*a'.repeat(99))).toBe(false);
});
