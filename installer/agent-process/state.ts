import * as z from 'zod';

/** The agent's state, as `/readyz` on its health port answers it. */
export type AgentState = z.infer<typeof agentState>;

/** More fields, of a newer agent, are ignored. */
export const agentState = z.object({
  /** Does it take questions of drivers? */
  ready: z.boolean(),
  /** Why it does not. */
  code: z.string().max(64).optional(),
  reason: z.string().max(1000).optional(),
  /** Has its container the capability `KILL`? */
  maySignal: z.boolean(),
});
