import type { PlacedRecord } from '../../driver/record/record.ts';
import type { RotationReport } from './journal.ts';
import type { Checked } from './slots.ts';
import type { RotationState } from './state-file.ts';

/** How a mounted volume stands. */
export interface Standing extends Checked {
  /** Seconds since the node was started. */
  readonly failingSince: number | undefined;
  /** It started with what was known of old, and has not been read since. */
  readonly awaitsFresh: boolean;
  /** Of its objects, in milliseconds since 1970. */
  readonly firstExpiry: number | undefined;
}

/** A volume that started with what was known of old is as one that could not be read: it is tried again soon. */
export function standingOf(
  { mountedUptime, isStale, objects: mounted }: Pick<PlacedRecord, 'mountedUptime' | 'isStale' | 'objects'>,
  state: RotationState | undefined,
): Standing {
  const expiries = (state?.objects ?? mounted).flatMap(({ expires }) => expires ?? []);
  const failures = state ? (state.failure?.count ?? 0) : Number(isStale);
  return {
    at: state?.checkedUptime ?? mountedUptime,
    failures,
    awaitsFresh: isStale && failures > 0,
    failingSince: state?.failure?.sinceUptime,
    firstExpiry: leastOf(expiries),
  };
}

/** @param now seconds since the node was started */
export function reportOf(standings: readonly Standing[], now: number): RotationReport {
  const failing = standings.flatMap(({ failingSince }) => failingSince ?? []);
  const since = leastOf(failing) ?? now;
  return {
    failing: failing.length,
    failingSeconds: Math.max(0, now - since),
    firstExpiry: leastOf(standings.flatMap(({ firstExpiry }) => firstExpiry ?? [])),
  };
}

function leastOf(numbers: readonly number[]): number | undefined {
  return numbers.reduce<number | undefined>(
    (least, number) => (least === undefined || number < least ? number : least),
    undefined,
  );
}
