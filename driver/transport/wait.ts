/** Upper bounds of a wait, in milliseconds, with the words for them. */
const steps: readonly (readonly [milliseconds: number, words: string])[] = [
  [60_000, '1 minute'],
  [120_000, '2 minutes'],
  [300_000, '5 minutes'],
  [900_000, '15 minutes'],
  [3_600_000, '1 hour'],
];

/**
 * How long a service asks to wait, rounded up to one of a few steps: `up to 5 minutes`. The exact time shrinks with every try,
 * and Kubernetes counts only events with the same text as one.
 */
export function describeWait(milliseconds: number): string {
  const [, words] = steps.find(([bound]) => milliseconds <= bound) ?? [];
  return words === undefined ? 'more than 1 hour' : `up to ${words}`;
}
