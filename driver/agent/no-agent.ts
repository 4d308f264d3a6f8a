import { refusals } from './protocol.ts';

/** Why an agent that is there did not answer, as a closed set: events and metrics tell it. */
export const noAgentReasons = [
  'no-connection',
  'silent',
  'cut-off',
  'malformed',
  'untrusted',
  ...refusals.map((refusal) => `refused-${refusal}` as const),
] as const;

/** The same, or that there is none. */
export type NoAgent = (typeof noAgentReasons)[number] | 'absent';
