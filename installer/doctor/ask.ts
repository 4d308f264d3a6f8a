import type { TransportSettings } from '../../driver/transport/transport.ts';

/** An answer's status and its Date header; nothing else of it is kept. */
export interface Answer {
  readonly status: number;
  readonly date: string | undefined;
}

/**
 * Asks once, the way the driver asks.
 * @throws what describeConnectionFault() explains; an AbortError when there is no answer in time
 */
export type Ask = (url: string, how: Question) => Promise<Answer>;

interface Question {
  readonly headers: Readonly<Record<string, string>>;
  readonly way: TransportSettings;
  readonly limitMs: number;
}
