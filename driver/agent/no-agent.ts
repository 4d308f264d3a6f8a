import { refusals } from './protocol.ts';

/** Where the agent cannot see what proves an identity, none is to be expected of it, as where there is no agent. */
const expected = ['refused-files-of-node', 'absent'] as const;

/** Why an agent that is there did not answer, as a closed set: events and metrics tell it. */
export const noAgentReasons = [
  'no-connection',
  'silent',
  'cut-off',
  'malformed',
  'untrusted',
  ...refusals
    .filter((refusal) => refusal !== 'files-of-node')
    .map((refusal) => `refused-${refusal}` as const),
] as const;

/** The same, or that no answer was to be expected. */
export type NoAgent = (typeof noAgentReasons)[number] | (typeof expected)[number];
