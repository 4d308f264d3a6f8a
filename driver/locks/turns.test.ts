import { describe, expect, test } from 'vitest';
import { fairOrder, placeOf, placesFor } from './turns.ts';

/** `a1` is a volume of pod `a1` in namespace `a`; tickets have the numbers of their order. */
const entries = (pods: readonly string[]) =>
  pods.map((pod, index) => `${String(index + 1).padStart(12, '0')}.${pod[0]}.${pod}.1.1.1`);
const podsOf = (names: readonly string[]) => names.map((name) => placeOf(name).pod);

function order(taken: readonly string[], tickets: readonly string[], most = 100): string[] {
  const places = entries(taken).map((name) => placeOf(`inside.${name}`, 'inside'));
  return podsOf(fairOrder(places, entries(tickets), most));
}

describe('the order of turns', () => {
  test.each<[string, string[], string[], string[]]>([
    ['is that of arrival among equals', [], ['a1', 'b1', 'a2'], ['a1', 'b1', 'a2']],
    ['takes the pods in turn', [], ['a1', 'a1', 'a1', 'a2'], ['a1', 'a2', 'a1', 'a1']],
    ['takes the namespaces of equal pods in turn', [], ['a1', 'a2', 'a3', 'b1'], ['a1', 'b1', 'a2', 'a3']],
    ['counts what a pod has already', ['a1'], ['a1', 'a2'], ['a2', 'a1']],
    ['counts what a namespace has already', ['a9', 'a8'], ['a1', 'a2', 'b1'], ['b1', 'a1', 'a2']],
    [
      'puts a pod with nothing before all that have something',
      ['b1', 'a1'],
      ['b1', 'a1', 'a2'],
      ['a2', 'b1', 'a1'],
    ],
  ])('%s', (_, taken, tickets, expected) => {
    expect(order(taken, tickets)).toEqual(expected);
  });

  test('leaves out what a pod may not have yet', () => {
    expect(order(['a1'], ['a1', 'a1', 'b1'], 2)).toEqual(['b1', 'a1']);
    expect(order(['a1', 'a1'], ['a1', 'b1'], 2)).toEqual(['b1']);
  });

  test('of a thousand tickets is made at once, and has each once', () => {
    const tickets = Array.from({ length: 1000 }, (_, index) => `${'abc'[index % 3]}${index % 50}`);
    expect(order([], tickets)).toHaveLength(1000);
  });
});

test('a pod may have half of the places, and one at least', () => {
  expect([1, 2, 3, 4, 5, 32].map(placesFor)).toEqual([1, 1, 1, 2, 2, 16]);
});
