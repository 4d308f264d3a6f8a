import { expect, test } from 'vitest';
import { describeClockSkew } from './clock-skew.ts';

const DATE = 'Tue, 15 Nov 1994 08:12:31 GMT';
const now = Date.parse(DATE);

test.each<[string, string | undefined, number, string | undefined]>([
  ['in time', DATE, now, undefined],
  ['4 minutes off', DATE, now + 4 * 60_000, undefined],
  ['12 minutes ahead', DATE, now + 12 * 60_000, "the node's clock is 12 minutes ahead"],
  ['a day behind', DATE, now - 86_400_000, "the node's clock is 1440 minutes behind"],
  ['told nothing', undefined, now, undefined],
  ['told nonsense', 'canary', now, undefined],
])('a node that is %s', (_, date, at, expected) => {
  expect(describeClockSkew(date, at)).toBe(expected);
});
