import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { AGENT_DIRECTORY } from '../../driver/agent/protocol.ts';
import { systemErrorCode } from '../fault.ts';
import type { Log } from '../log.ts';

/** How often it is looked whether the socket is still there. */
const LOOK_EVERY_MS = 5000;

/**
 * Listens on a socket of the agent. Only root can get at it: its directory is root's alone, and so is the socket. (The
 * runtime does not tell who connects.) A socket that somebody removes while the agent runs is made again, and the log says so;
 * one that another agent has put in its place is left alone.
 * @throws a system error
 */
export async function listenPrivately(
  runDirectory: string,
  name: string,
  maxConnections: number,
  converse: (socket: Socket) => void,
  log: Log = () => undefined,
  lookEveryMs = LOOK_EVERY_MS,
): Promise<Server> {
  const directory = join(runDirectory, AGENT_DIRECTORY);
  const server = await listenIn(directory, name, maxConnections, converse);
  keep(server, directory, name, lookEveryMs, log, () => listenIn(directory, name, maxConnections, converse));
  return server;
}

/** Until the server that was made first is closed by its owner, which the tests do. */
function keep(
  first: Server,
  directory: string,
  name: string,
  lookEveryMs: number,
  log: Log,
  listen: () => Promise<Server>,
): void {
  const path = join(directory, name);
  let server: Server | undefined = first;
  let isLost = false;
  let isWorking = false;
  const timer = setInterval(() => void look(), lookEveryMs);
  timer.unref();
  first.once('close', () => {
    if (!isLost) clearInterval(timer);
  });

  async function look(): Promise<void> {
    if (isWorking || (server !== undefined && lstatSync(path, { throwIfNoEntry: false }) !== undefined))
      return;
    isWorking = true;
    if (!isLost)
      log('warning', 'socket-removed', { path, todo: 'it is made again; find out who removed it' });
    isLost = true;
    try {
      // Before the next one is made: closing takes the path away. Connections that are open go on.
      server?.close();
      server = undefined;
      server = await listen();
      log('info', 'socket-restored', { path });
      isLost = false;
    } catch (error) {
      log('error', 'socket-not-restored', { path, code: systemErrorCode(error) });
    } finally {
      isWorking = false;
    }
  }
}

async function listenIn(
  directory: string,
  name: string,
  maxConnections: number,
  converse: (socket: Socket) => void,
): Promise<Server> {
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
