import { join } from 'node:path';
import { AGENT_DIRECTORY } from '../../../driver/agent/protocol.ts';
import { CONTROL_SOCKET } from '../../rotation/control.ts';
import { connectionFault } from '../connection.ts';
import type { Told } from './told.ts';

/** Is the part of the agent there that rotates? */
export async function agentFindings(runDirectory: string): Promise<Told[]> {
  const path = join(runDirectory, AGENT_DIRECTORY, CONTROL_SOCKET);
  const fault = await connectionFault(path);
  if (fault === undefined) return [];
  const todo = 'mounted volumes stay as they are meanwhile; see the log of the container "agent" of this pod';
  return [{ status: 'warning', found: `nothing takes orders on ${path} (${fault})`, todo }];
}
