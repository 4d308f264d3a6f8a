import { expect, test } from 'vitest';
import { readElement } from './ber.ts';
import { IterationBudget } from './iteration-budget.ts';

/** DER of an INTEGER of three bytes. */
const integer = (value: number) =>
  readElement(Uint8Array.of(0x02, 0x03, value >> 16, (value >> 8) & 0xff, value & 0xff));

test('the counts of the parts of a container add up, until they are too many', () => {
  const budget = new IterationBudget(() => undefined);
  for (let part = 0; part < 3; part++) expect(budget.take(integer(1_000_000))).toBe(1_000_000);
  expect(() => budget.take(integer(1))).toThrow(/^its PKCS#12 container takes too many iterations to open; /);
});

test('each container has a budget of its own', () => {
  expect(new IterationBudget(() => undefined).take(integer(2_000_000))).toBe(2_000_000);
  expect(new IterationBudget(() => undefined).take(integer(2_000_000))).toBe(2_000_000);
});

test('a count below one is refused', () => {
  expect(() => new IterationBudget(() => undefined).take(integer(0))).toThrow(RangeError);
});
