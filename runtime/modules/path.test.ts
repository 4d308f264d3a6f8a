import { posix } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { text } from '../../driver/testing/fuzz/hostile.ts';
import { basename, dirname, isAbsolute, join, normalize } from './path.ts';

const part = fc.constantFrom('/', '//', '/', '.', '..', '...', 'a', 'b.c', ' ', '\\', '~', 'é', '\0');
const path = fc.oneof(
  { weight: 6, arbitrary: fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: text },
);

test.each([
  ['basename', basename, posix.basename],
  ['dirname', dirname, posix.dirname],
  ['isAbsolute', isAbsolute, posix.isAbsolute],
  ['normalize', normalize, posix.normalize],
])('%s is what Node says of any path', (_, ours, nodes) => {
  fc.assert(
    fc.property(path, (one) => {
      expect(ours(one)).toBe(nodes(one));
    }),
    { numRuns: 20_000 },
  );
});

test('join is what Node makes of any paths', () => {
  fc.assert(
    fc.property(fc.array(path, { maxLength: 4 }), (parts) => {
      expect(join(...parts)).toBe(posix.join(...parts));
    }),
    { numRuns: 20_000 },
  );
});
