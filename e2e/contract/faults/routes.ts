import { connect, createServer, type Server, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

/** What else than the mock may be at a host's address. */
export type Route =
  | 'refused'
  | 'black-hole'
  | 'silent'
  | 'closing'
  | 'garbage'
  | 'name-unknown'
  | 'name-failing'
  | 'name-silent';
type Served = Exclude<Route, `name-${string}`>;

/** Where the mock is. */
export const AZURE = '127.0.0.1';

const addresses: Readonly<Record<Served, string>> = {
  refused: '127.0.0.64',
  'black-hole': '127.0.0.65',
  silent: '127.0.0.66',
  closing: '127.0.0.67',
  garbage: '127.0.0.68',
};

/** The address for the hosts file; none for a name that nobody knows. */
export function addressOf(route: Route | undefined): string | undefined {
  if (route === undefined) return AZURE;
  return addresses[route as Served];
}

/** Serves the routes at port 443 of their addresses, where nothing serves `refused`. @returns what ends them */
export async function openRoutes(): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>();
  const serve = (route: 'silent' | 'closing' | 'garbage', onConnection: (socket: Socket) => void) =>
    new Promise<Server>((resolve) => {
      const server = createServer((socket) => {
        sockets.add(socket.on('error', () => undefined));
        onConnection(socket);
      });
      server.listen(443, addresses[route], () => resolve(server));
    });
  const servers = await Promise.all([
    serve('silent', () => undefined),
    serve('closing', (socket) => socket.end()),
    serve('garbage', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')),
  ]);
  const closeHole = await openBlackHole(addresses['black-hole']);
  return async () => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
    await closeHole();
  };
}

/**
 * An address that answers nothing to who wants to connect: the kernel drops a SYN when the queue of connections to
 * be accepted is full (listen(2)), which nobody accepts here.
 */
async function openBlackHole(host: string): Promise<() => Promise<void>> {
  const program = `
    const { createServer } = require('node:net');
    const { parentPort } = require('node:worker_threads');
    const server = createServer();
    server.listen({ port: 443, host: '${host}', backlog: 1 }, () => {
      parentPort.postMessage('listening');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const worker = new Worker(program, { eval: true });
  await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  // Two fill a queue of one; the others are those who get no answer.
  const fillers = Array.from({ length: 4 }, () => connect(443, host).on('error', () => undefined));
  await Promise.all(
    fillers.slice(0, 2).map((socket) => new Promise((resolve) => socket.once('connect', resolve))),
  );
  return async () => {
    for (const socket of fillers) socket.destroy();
    await worker.terminate();
  };
}
