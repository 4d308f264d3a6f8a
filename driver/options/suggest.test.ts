import { expect, test } from 'vitest';
import { suggest } from './suggest.ts';

const candidates = ['keyvaultname', 'tenantid', 'region'];

test.each<[string, string, string | undefined]>([
  ['the word itself', 'region', 'region'],
  ['the word in another case', 'TenantID', 'tenantid'],
  ['one letter too many', 'regions', 'region'],
  ['two letters swapped', 'tenatnid', 'tenantid'],
  ['a word far from all', 'objects', undefined],
  ['an empty word', '', undefined],
  ['a very long word', 'x'.repeat(1_000_000), undefined],
])('%s', (_, word, expected) => {
  expect(suggest(word, candidates)).toBe(expected);
});

test('the nearest of several is suggested', () => {
  expect(suggest('keyvaultobjectname', ['keyvaultobjecttypes', 'keyvaultobjectnames'])).toBe(
    'keyvaultobjectnames',
  );
});
