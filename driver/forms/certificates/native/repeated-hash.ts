import * as native from 'runtime:crypto';
import type { Breathe } from '../../../ports.ts';

/** Rounds between two looks at the clock; together they take about a millisecond. */
const ROUNDS_OF_A_BREATH = 4096;

/** As `../repeated-hash.ts`; the host does the rounds. */
export async function hashRepeatedly(
  digest: string,
  data: Uint8Array,
  rounds: number,
  breathe: Breathe,
): Promise<Buffer> {
  let last = data;
  for (let left = rounds; left > 0; left -= ROUNDS_OF_A_BREATH) {
    const next = native.hashRepeatedly(digest, last, Math.min(left, ROUNDS_OF_A_BREATH));
    if (next === undefined) throw new Error(`the digest ${digest} is unknown`);
    last = next;
    await breathe();
  }
  return Buffer.from(last);
}
