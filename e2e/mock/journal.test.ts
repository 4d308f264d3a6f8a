import { expect, test } from 'vitest';
import { sequentialDepth } from './journal.ts';

const at = (startMs: number, endMs: number | null): { startMs: number; endMs: number | null } => ({
  startMs,
  endMs,
});

test.each([
  ['nothing', [], 0],
  ['one', [at(0, 5)], 1],
  ['two after one another', [at(0, 5), at(6, 9)], 2],
  [
    'eight at once after a token',
    [at(0, 5), ...Array.from({ length: 8 }, (_, index) => at(6 + index / 10, 20))],
    2,
  ],
  ['a long one beside three short ones', [at(0, 100), at(1, 2), at(3, 4), at(5, 6)], 3],
  ['one still open', [at(0, 5), at(6, null)], 2],
])('depth of %s', (_what, entries, depth) => {
  expect(sequentialDepth(entries)).toBe(depth);
});
