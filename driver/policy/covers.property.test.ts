import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileGlob } from '../keyvault/glob.ts';
import { coversTexts as covers } from './testing/covers-texts.ts';

// Few letters, so that names often match.
const name = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '0', '-'), minLength: 1, maxLength: 8 });
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constant('*') },
  { weight: 1, arbitrary: fc.constantFrom('?', '[ab]', '[!a]', '[a-]', '[0-9]', '{a,b}', '{ab,*,b0}') },
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'B', '0', '-') },
);
const glob = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));

function matches(pattern: string, text: string): boolean {
  const compiled = compileGlob(pattern);
  if (typeof compiled === 'string') throw new Error(`${pattern} ${compiled}`);
  return compiled(text);
}

test('of a name, covering is what matching is for a selection', () => {
  fc.assert(
    fc.property(glob, name, (pattern, text) => covers(pattern, text) === matches(pattern, text)),
    { numRuns: 2000 },
  );
});

test('a selection that is covered matches no name that the pattern does not', () => {
  let covered = 0;
  fc.assert(
    fc.property(glob, glob, fc.array(name, { minLength: 20, maxLength: 20 }), (pattern, selection, names) => {
      if (!covers(pattern, selection)) return;
      covered += 1;
      for (const text of names) if (matches(selection, text)) expect(matches(pattern, text)).toBe(true);
    }),
    { numRuns: 2000 },
  );
  expect(covered).toBeGreaterThan(50);
});

test('every glob covers itself', () => {
  fc.assert(fc.property(glob, (pattern) => covers(pattern, pattern)));
});

test('what is asked for in no glob and no name is never covered', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
      if (!/^[0-9A-Za-z*?[\]{},!^.-]+$/.test(text)) expect(covers('*', text)).toBe(false);
    }),
    { numRuns: 1000 },
  );
});
