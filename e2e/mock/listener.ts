import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TlsOptions } from 'node:tls';
import type { Answer, Handler, Question, Role } from './answer.ts';
import { refusalOf } from './faults/bodies.ts';
import { deliver, disguised } from './faults/delivery.ts';
import type { FaultAction, Faults } from './faults/rules.ts';
import { type Journal, type JournalEntry, now } from './journal.ts';

const KEEP_ALIVE_MS = 60_000;

export interface Route {
  role: Role;
  handler: Handler;
}

export interface Listener {
  port: number;
  close(): Promise<void>;
}

export interface ListenerOptions {
  /** `HOST:PORT`; port 0 = any free one; IPv6 in brackets. */
  address: string;
  /** PEM of the server's certificate and key, and hosts with another one; without it, plain HTTP. */
  tls?: Pick<TlsOptions, 'cert' | 'key' | 'SNICallback'> | undefined;
  route: (host: string) => Route;
  /** Without them nothing is written down and no fault is played (the control role). */
  journal?: Journal;
  faults?: Faults;
}

/** HTTP/1.1 with keep-alive, over TLS or not. @throws the error of listen(2), naming the address. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const { address, tls } = options;
  const connections = new ConnectionNumbers();
  const onRequest: RequestListener = (request, response) => {
    serve(request, response, connections, options).catch((error: unknown) => {
      // A client that goes away in mid-request is no fault of the mock's; anything else must be seen.
      if (!request.destroyed) response.writeHead(500).end(`the mock failed: ${String(error)}\n`);
    });
  };
  const server: Server = tls === undefined ? createServer(onRequest) : createTlsServer(tls, onRequest);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on('connection', (socket) => connections.add(socket));
  const { host, port } = parseAddress(address);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        connections.destroy();
      }),
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  connections: ConnectionNumbers,
  { route, journal, faults }: ListenerOptions,
): Promise<void> {
  const host = (request.headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
  const { role, handler } = route(host);
  const { raw, number } = connections.of(request.socket);
  const entry = journal?.begin({
    role,
    method: request.method ?? '',
    host,
    path: request.url ?? '',
    connection: number,
  });
  const question = await read(request, host);
  const action = faults?.take(role, question);
  if (entry !== undefined && action !== undefined) entry.fault = Object.keys(action).join('+');

  const delay = (faults?.latencyMs ?? 0) + (action?.delayMs ?? 0);
  if (delay > 0) await sleep(delay);
  if (action?.hang) return;
  if (action?.reset === 'at-once') {
    raw.resetAndDestroy();
    return end(entry);
  }

  const answer = await answerTo(question, role, handler, action);
  if (entry !== undefined) {
    entry.status = answer.status;
    entry.principal = answer.principal ?? null;
    // Taken before the last byte leaves, so that a request caused by this answer never seems to begin before its end.
    if (action?.slow === undefined) end(entry);
  }
  await deliver(response, raw, answer, action);
  end(entry);
}

async function answerTo(
  question: Question,
  role: Role,
  handler: Handler,
  action?: FaultAction,
): Promise<Answer> {
  if (action === undefined) return await handler(question);
  const replaced = action.status !== undefined && action.body === undefined && action.redirect === undefined;
  return disguised(
    replaced ? refusalOf(role, action.status ?? 500, question) : await handler(question),
    action,
  );
}

function end(entry: JournalEntry | undefined): void {
  if (entry !== undefined) entry.endMs ??= now();
}

async function read(request: IncomingMessage, host: string): Promise<Question> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return {
    method: request.method ?? '',
    host,
    url: new URL(request.url ?? '/', `http://${host || 'localhost'}`),
    headers: request.headers,
    body: Buffer.concat(chunks),
    remoteAddress: request.socket.remoteAddress ?? '',
  };
}

let connectionCount = 0;

/** Numbers the TCP connections, and finds the one under a TLS socket by the client's port. */
class ConnectionNumbers {
  readonly #open = new Map<string, { raw: Socket; number: number }>();

  add(raw: Socket): void {
    connectionCount += 1;
    const key = peer(raw);
    this.#open.set(key, { raw, number: connectionCount });
    raw.once('close', () => this.#open.delete(key));
  }

  of(socket: Socket): { raw: Socket; number: number } {
    return this.#open.get(peer(socket)) ?? { raw: socket, number: 0 };
  }

  destroy(): void {
    for (const { raw } of this.#open.values()) raw.destroy();
  }
}

function peer({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}|${remotePort}`;
}

function parseAddress(address: string): { host: string; port: number } {
  const parts = /^\[?(.*?)\]?:(\d+)$/.exec(address);
  if (parts === null) throw new Error(`'${address}' is no HOST:PORT`);
  return { host: parts[1] || '0.0.0.0', port: Number(parts[2]) };
}
