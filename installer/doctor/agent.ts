import { join } from 'node:path';
import { AGENT_DIRECTORY, AGENT_SOCKET } from '../../driver/agent/protocol.ts';
import { askAgentState } from '../agent-process/ask-state.ts';
import { connectionFault } from './connection.ts';
import type { Finding } from './finding.ts';
import type { Scope } from './scope.ts';

const check = 'node agent';

/** Does the node agent take connections, and if not, what does it say of itself? Where it is off there is nothing to tell. */
export async function checkAgent({ settings }: Scope): Promise<Finding[]> {
  if (settings.agent === undefined) return [];
  const path = join(settings.runDirectory, AGENT_DIRECTORY, AGENT_SOCKET);
  const fault = await connectionFault(path);
  if (fault === undefined) return [{ check, status: 'ok', found: 'takes connections' }];
  const state = await askAgentState(settings);
  const reason = state?.reason === undefined ? '' : `: ${state.reason}`;
  const todo =
    'drivers read by themselves meanwhile, which takes longer; see the log of the container "agent" of this pod';
  return [{ check, status: 'warning', found: `takes no connection on ${path} (${fault})${reason}`, todo }];
}
