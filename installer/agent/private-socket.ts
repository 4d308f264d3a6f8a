import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { AGENT_DIRECTORY } from '../../driver/agent/protocol.ts';

/**
 * Listens on a socket of the agent. Only root can get at it: its directory is root's alone, and so is the socket. (The
 * runtime does not tell who connects.)
 * @throws a system error
 */
export async function listenPrivately(
  runDirectory: string,
  name: string,
  maxConnections: number,
  converse: (socket: Socket) => void,
): Promise<Server> {
  const directory = join(runDirectory, AGENT_DIRECTORY);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  const path = join(directory, name);
  // Of an agent that was killed; during an upgrade the old one keeps the connections it has.
  rmSync(path, { force: true });
  const server = createServer(converse);
  server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
  chmodSync(path, 0o600);
  return server;
}
