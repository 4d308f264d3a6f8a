/** Something that a vault answered, and the times of which it is known. Times are milliseconds of the memory's clock. */
export interface Seen<T> {
  readonly value: T;
  /** When the first reading began that found it so; every reading since has. */
  readonly from: number;
  /** When the last one began. */
  readonly to: number;
}

/**
 * What a reading found, joined with what is known of before: found the same again, it was so all the time between.
 * @param since when the reading began
 */
export function extended<T>(
  before: Seen<T> | undefined,
  value: T,
  since: number,
  isSame: (one: T, other: T) => boolean,
): Seen<T> {
  const isLonger = before !== undefined && before.from <= since && isSame(before.value, value);
  return { value, from: isLonger ? before.from : since, to: since };
}

/** Was there a moment at which all of this was so? */
export function isOfOneTime(seen: readonly Seen<unknown>[]): boolean {
  const latestFrom = Math.max(...seen.map(({ from }) => from));
  const earliestTo = Math.min(...seen.map(({ to }) => to));
  return latestFrom <= earliestTo;
}
