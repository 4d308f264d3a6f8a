import { createServer as createStreamServer, type Server } from './net-server.ts';
import type { Socket } from './net-socket.ts';

/**
 * As much of Node's `http` as the sources use: a server of small answers for probes and metrics (RFC 9112). Each connection
 * has one request and is closed after its answer; a request's body is not read.
 */
export type { Server };

const MAX_HEAD_BYTES = 16 * 1024;
/** A client sends its request and takes the answer within this time. */
const LIMIT_MS = 10_000;
/** More clients than this at once are none of a probe's or of Prometheus. */
const MAX_CONNECTIONS = 64;

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

type Headers = Readonly<Record<string, string>>;
type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface IncomingMessage {
  readonly method: string;
  readonly url: string;
  /** Names in lower case; of the same name the last. */
  readonly headers: Headers;
}

export class ServerResponse {
  readonly #socket: Socket;
  readonly #hasBody: boolean;
  #status = 200;
  #headers: Headers = {};

  /** @param hasBody false for the answer to HEAD */
  constructor(socket: Socket, hasBody: boolean) {
    this.#socket = socket;
    this.#hasBody = hasBody;
  }

  writeHead(status: number, headers: Headers = {}): this {
    this.#status = status;
    this.#headers = headers;
    return this;
  }

  end(text = ''): this {
    const body = Buffer.from(text);
    const headers = {
      ...this.#headers,
      date: new Date().toUTCString(),
      connection: 'close',
      'content-length': String(body.length),
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = `HTTP/1.1 ${this.#status} ${REASONS[this.#status] ?? ''}\r\n${lines.join('')}\r\n`;
    this.#socket.end(this.#hasBody ? Buffer.concat([Buffer.from(head), body]) : head);
    return this;
  }
}

/** The server's `listen`, `close` and events are those of node:net. */
export function createServer(handler: Handler): Server {
  const server = createStreamServer((socket) => converse(socket, handler));
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

function converse(socket: Socket, handler: Handler): void {
  // However slowly it sends or takes.
  const limit = setTimeout(() => socket.destroy(), LIMIT_MS);
  let head = '';
  let isAnswered = false;
  socket.on('error', () => undefined);
  socket.on('close', () => clearTimeout(limit));
  socket.on('data', (chunk: Buffer) => {
    // A body, or another request.
    if (isAnswered) return;
    head += chunk.toString('latin1');
    const end = head.indexOf('\r\n\r\n');
    if (end < 0 && head.length <= MAX_HEAD_BYTES) return;
    isAnswered = true;
    if (end < 0 || end > MAX_HEAD_BYTES) {
      refuse(socket, 431);
      return;
    }
    const request = parseHead(head.slice(0, end));
    head = '';
    if (request === undefined) refuse(socket, 400);
    else handler(request, new ServerResponse(socket, request.method !== 'HEAD'));
  });
}

function refuse(socket: Socket, status: number): void {
  new ServerResponse(socket, true).writeHead(status).end();
}

/** Undefined for what is no request. */
function parseHead(head: string): IncomingMessage | undefined {
  // A client may send an empty line first (RFC 9112, 2.2).
  const [first = '', ...lines] = head.replace(/^(\r\n)+/, '').split('\r\n');
  const [, method, url] = /^([A-Z]{1,20}) ([\x21-\x7e]+) HTTP\/1\.[01]$/.exec(first) ?? [];
  if (method === undefined || url === undefined) return undefined;
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return undefined;
    headers[name.toLowerCase()] = value;
  }
  return { method, url, headers };
}
