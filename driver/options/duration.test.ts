import { expect, test } from 'vitest';
import { parseDuration } from './duration.ts';

const bounds = { least: '30s', most: '7d' };

test.each([
  ['30s', 30_000],
  ['90s', 90_000],
  [' 5M ', 300_000],
  ['12h', 43_200_000],
  ['7d', 604_800_000],
])('%j is %d milliseconds', (text, milliseconds) => {
  expect(parseDuration(text, bounds)).toBe(milliseconds);
});

test.each(['', '5', '5 m', '1.5h', '-1h', '1h30m', '5min', '0x1h', '12345678s', 'h'])(
  '%j is none',
  (text) => {
    expect(parseDuration(text, bounds)).toEqual({
      fault: 'must be a whole number with a unit, such as "90s", "5m", "12h" or "1d"',
    });
  },
);

test.each(['29s', '0m', '8d', '169h'])('%j is out of bounds', (text) => {
  expect(parseDuration(text, bounds)).toEqual({ fault: 'must be at least 30s and at most 7d' });
});
