import { connect } from 'node:net';
import { join } from 'node:path';
import { AGENT_DIRECTORY, AGENT_SOCKET } from '../../driver/agent/protocol.ts';
import { systemErrorCode } from '../fault.ts';
import type { Finding } from './finding.ts';
import type { Scope } from './scope.ts';

const check = 'node agent';
const LIMIT_MS = 2000;

/** Does the node agent take connections? Where it is off there is nothing to tell. */
export async function checkAgent({ settings }: Scope): Promise<Finding[]> {
  if (settings.agent === undefined) return [];
  const path = join(settings.runDirectory, AGENT_DIRECTORY, AGENT_SOCKET);
  const fault = await connectionFault(path);
  if (fault === undefined) return [{ check, status: 'ok', found: 'takes connections' }];
  const todo = "drivers read by themselves meanwhile, which takes longer; see the installer's log";
  return [{ check, status: 'warning', found: `takes no connection on ${path} (${fault})`, todo }];
}

function connectionFault(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path, timeout: LIMIT_MS });
    const end = (fault: string | undefined) => {
      socket.destroy();
      resolve(fault);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end('no answer in time'));
    socket.once('error', (error) => end(systemErrorCode(error)));
  });
}
