import { type NoAgent, noAgentReasons } from './agent/no-agent.ts';

/**
 * Thrown on the small runtime where a call-out needs what only the large one has: the call-out then begins again there, in
 * the same process (docs/adr/0013). Nothing has been mounted by then, and no lock is held when it arrives in `main.ts`.
 */
export class HandOver extends Error {
  constructor() {
    super('the large runtime is needed');
    this.name = 'HandOver';
  }
}

/** What the call-out tells itself across that. */
export interface HandedOver {
  /** Milliseconds since the process began. */
  readonly elapsedMs: number;
  /** Why the node agent was passed over; it is not asked once more then. */
  readonly passedOver: NoAgent | undefined;
}

const VARIABLE = 'KEYVAULT_FLEXVOL_HANDED_OVER';

/** As an entry of the environment, which kubelet's own does not have. */
export function toVariable(elapsedMs: number, passedOver: string | undefined): string {
  return `${VARIABLE}=${Math.round(elapsedMs)}:${passedOver ?? ''}`;
}

/** What `toVariable` wrote; as if nothing had been handed over where it is not there or not of its kind. */
export function handedOver(environment: Readonly<Record<string, string | undefined>>): HandedOver {
  const [, elapsed, because] = /^(\d{1,6}):([a-z-]*)$/.exec(environment[VARIABLE] ?? '') ?? [];
  return {
    elapsedMs: Number(elapsed ?? 0),
    passedOver: noAgentReasons.find((one) => one === because),
  };
}
