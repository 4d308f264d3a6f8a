import { request as plainRequest } from 'node:http';
import { Agent, type AgentOptions, request } from 'node:https';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { Mock } from './mock.ts';

/** What came back; `names` are the header names in the order and case they were sent in. */
export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  names: string[];
  text: string;
}

/**
 * Connects every host name to the mock's first TLS port, trusting its CA alone: no hosts file is needed.
 * `address` is where the mock's port is, by default the loopback.
 */
export class LoopbackAgent extends Agent {
  readonly #address: string;
  readonly #port: number;
  readonly #ca: string;

  constructor(
    mock: { ports: Pick<Mock['ports'], 'tls'>; caPem: string },
    { address = '127.0.0.1', ...options }: AgentOptions & { address?: string } = {},
  ) {
    super({ keepAlive: true, ...options });
    this.#address = address;
    this.#port = mock.ports.tls[0] ?? 0;
    this.#ca = mock.caPem;
  }

  override createConnection(options: ConnectionOptions): TLSSocket {
    const servername = options.servername || String(options.host);
    return connect({ ca: this.#ca, host: this.#address, port: this.#port, servername });
  }
}

/** For the `additionalPolicies` of an Azure SDK client: sends its requests through the agent. */
export function throughAgent(agent: LoopbackAgent): {
  position: 'perCall';
  policy: {
    name: string;
    sendRequest: <Req extends object, Res>(
      request: Req,
      next: (request: Req) => Promise<Res>,
    ) => Promise<Res>;
  };
} {
  return {
    position: 'perCall',
    policy: {
      name: 'loopback',
      sendRequest: (sent, next) => next(Object.assign(sent, { agent })),
    },
  };
}

/** One request, over TLS through the agent or plain; the body is a form when it is URLSearchParams, else text. */
export function ask(
  url: string,
  options: {
    agent?: Agent;
    method?: string;
    headers?: Record<string, string>;
    body?: URLSearchParams | string;
  } = {},
): Promise<Reply> {
  const { agent, body, method = body === undefined ? 'GET' : 'POST', headers = {} } = options;
  const form = body instanceof URLSearchParams ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {};
  return new Promise((resolve, reject) => {
    const settings = { method, headers: { ...form, ...headers }, ...(agent === undefined ? {} : { agent }) };
    const sent = (agent === undefined ? plainRequest : request)(url, settings, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', reject);
      response.once('end', () => {
        const names = response.rawHeaders.filter((_, index) => index % 2 === 0);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, names, text });
      });
    });
    sent.once('error', reject);
    sent.end(body?.toString());
  });
}
