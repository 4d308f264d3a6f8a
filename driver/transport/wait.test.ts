import { expect, test } from 'vitest';
import { describeWait } from './wait.ts';

test.each([
  [0, 'up to 1 minute'],
  [60_000, 'up to 1 minute'],
  [61_000, 'up to 2 minutes'],
  [300_000, 'up to 5 minutes'],
  [3_600_000, 'up to 1 hour'],
  [3_600_001, 'more than 1 hour'],
])('a wait of %i ms is %s', (milliseconds, words) => {
  expect(describeWait(milliseconds)).toBe(words);
});
