/**
 * When volumes are read. Time is seconds since the node was started, which no clock set anew changes. An interval's
 * slots are the same for all volumes of a node, so that what they have in common is read once; from node to node they are
 * spread over the interval.
 */
const WEEK_SECONDS = 7 * 86_400;

/** The first try again after a failure; each further one waits twice as long. */
const FIRST_RETRY_SECONDS = 60;
const LAST_RETRY_SECONDS = 3600;
/** A volume with what was known of old is tried again this soon, each time: what its volumes have in common is read once. */
const FRESH_RETRY_SECONDS = 15;

/** @param bootId of the node, /proc/sys/kernel/random/boot_id: it stays while the node runs, and no other has it */
export function shareOf(bootId: string): number {
  const digits = bootId.replace(/[^0-9a-f]/gi, '').slice(0, 8);
  return digits === '' ? 0 : Number.parseInt(digits, 16) / 2 ** 32;
}

export interface Checked {
  /** When the volume was last read, or mounted. */
  readonly at: number;
  /** So often in a row it could not be read. */
  readonly failures: number;
  /** It has what was known of old, as Azure could not be asked. */
  readonly awaitsFresh?: boolean;
}

/** When a volume is to be read next. @param share of the node, from 0 to 1; @param interval seconds */
export function nextAt({ at, failures, awaitsFresh }: Checked, interval: number, share: number): number {
  // A week is a multiple of any sensible interval, so that a slot of 10 minutes is one of 5 minutes too.
  const shift = share * WEEK_SECONDS;
  const slot = (Math.floor((at + shift) / interval) + 1) * interval - shift;
  if (failures === 0) return slot;
  const doubled = FIRST_RETRY_SECONDS * 2 ** Math.min(failures - 1, 20);
  const retry = awaitsFresh ? FRESH_RETRY_SECONDS : Math.min(doubled, LAST_RETRY_SECONDS);
  return Math.min(slot, at + retry * (1 + share / 2));
}

/** A time of which the node has not come to yet is of another start of the node: the volume is due. */
export function isDue(checked: Checked, interval: number, share: number, now: number): boolean {
  return checked.at > now || now >= nextAt(checked, interval, share);
}
