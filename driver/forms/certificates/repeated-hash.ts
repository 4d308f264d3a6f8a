import { hash } from 'node:crypto';
import type { Breathe } from '../../ports.ts';

/** Rounds between two looks at the clock; together they take well below a millisecond. */
const ROUNDS_OF_A_BREATH = 64;

/**
 * The digest of the digest of `data`, and so on.
 * @param breathe is called every few rounds
 */
export async function hashRepeatedly(
  digest: string,
  data: Uint8Array,
  rounds: number,
  breathe: Breathe,
): Promise<Buffer> {
  // In one call: an object for each round takes six times as long.
  let last = hash(digest, data, 'buffer');
  for (let round = 1; round < rounds; round++) {
    last = hash(digest, last, 'buffer');
    if (round % ROUNDS_OF_A_BREATH === 0) await breathe();
  }
  return last;
}
