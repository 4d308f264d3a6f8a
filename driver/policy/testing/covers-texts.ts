import { covers, patternOf } from '../covers.ts';

/** As one decision does it, of two texts and without a bound. */
export function coversTexts(pattern: string, subject: string): boolean {
  return covers(patternOf(pattern), patternOf(subject), { left: Number.POSITIVE_INFINITY });
}
