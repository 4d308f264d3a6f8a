import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import { differences } from './differences.ts';
import { onBoth } from './host.ts';

const word = fc.constantFrom(
  '--vault',
  '--vault=a',
  '--vault=',
  '--vault=--',
  '--cloud',
  '--cloud=x=y',
  '--output=json',
  '--output',
  '--',
  '-',
  '-v',
  '-vx',
  '--no-cloud',
  '--__proto__',
  '--constructor=1',
  '--=x',
  '---',
  'plain',
  'two words',
  '',
  'é',
);

test('commands read their arguments as on Node, with the same faults', async () => {
  const lists = fc.sample(fc.array(word, { maxLength: 5 }), {
    numRuns: inject('isLong') ? 5000 : 1000,
    seed: inject('seed'),
  });
  const { node, runtime } = await onBoth('arguments-script.ts', { lists });
  expect(differences({ lists }, { node: { lists: node }, runtime: { lists: runtime } })).toEqual([]);
});
