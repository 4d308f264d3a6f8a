import fc from 'fast-check';
import { expect, test } from 'vitest';
import { text } from '../../testing/fuzz/hostile.ts';
import { volumeName as volumeNameOfLarge } from '../../volume/volume-name.ts';
import { volumeName } from './volume-name.ts';

test('a volume has the same name for good: that of FIPS 180-4’s SHA-256', async () => {
  expect(await volumeName('abc')).toBe('ba7816bf8f01cfea414140de5dae2223');
  await fc.assert(
    fc.asyncProperty(fc.oneof(text, fc.string({ maxLength: 300 })), async (target) => {
      expect(await volumeName(target)).toBe(await volumeNameOfLarge(target));
    }),
    { numRuns: 500 },
  );
});
