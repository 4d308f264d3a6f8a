import { expect, test } from 'vitest';
import { parseRotationInterval } from './rotation-interval.ts';

test.each([
  ['30s', 30_000],
  ['5m', 300_000],
  ['12h', 43_200_000],
  ['7d', 604_800_000],
  [' 1H ', 3_600_000],
  ['off', 'off'],
  ['OFF', 'off'],
] as const)('%j is an interval', (text, interval) => {
  expect(parseRotationInterval(text)).toBe(interval);
});

const notOne = { fault: 'must be a whole number with a unit, such as "90s", "5m", "12h" or "1d", or "off"' };
const outside = { fault: 'must be at least 30s and at most 7d, or "off"' };

test.each([
  ['5', notOne],
  ['m', notOne],
  ['5 m', notOne],
  ['1.5h', notOne],
  ['-5m', notOne],
  ['5m30s', notOne],
  ['5w', notOne],
  ['never', notOne],
  ['99999999s', notOne],
  ['29s', outside],
  ['0m', outside],
  ['8d', outside],
  ['604801s', outside],
])('%j is none', (text, fault) => {
  expect(parseRotationInterval(text)).toEqual(fault);
});
