/**
 * `note` is what cannot be told from here, or is no fault by itself; a `warning` may become a fault, or is one of some pods
 * alone; with a `fault` the node cannot mount, or not all that it is asked.
 */
export type Status = 'ok' | 'note' | 'warning' | 'fault';

/** What one check found. */
export interface Finding {
  readonly check: string;
  readonly status: Status;
  readonly found: string;
  /** What to do about it. */
  readonly todo?: string;
}
