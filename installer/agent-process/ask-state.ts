import type { Settings } from '../settings.ts';
import { type AgentState, agentState } from './state.ts';

/** The agent answers from memory. */
const LIMIT_MS = 2000;

/** Asks the agent's process of this pod for its state; undefined when nobody answers as an agent does. */
export async function askAgentState({
  healthHost = '127.0.0.1',
  agentHealthPort,
}: Pick<Settings, 'healthHost' | 'agentHealthPort'>): Promise<AgentState | undefined> {
  const host = healthHost.includes(':') ? `[${healthHost}]` : healthHost;
  try {
    const response = await fetch(`http://${host}:${agentHealthPort}/readyz`, {
      signal: AbortSignal.timeout(LIMIT_MS),
      redirect: 'error',
    });
    return agentState.safeParse(JSON.parse(await response.text())).data;
  } catch {
    return undefined;
  }
}
