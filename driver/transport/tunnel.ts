import { Agent, type AgentOptions, type RequestOptions } from 'node:https';
import { connect as connectPlainly, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectSecurely, type SecureContext } from 'node:tls';
import { systemCode } from '../errors.ts';
import { describeProxy, type HttpsProxy, portOf } from './proxy.ts';

/** No answer to a CONNECT is longer than this. */
const MAX_ANSWER_BYTES = 16_384;

/** The proxy was not reached or did not let a connection through. The text never holds its credentials. */
class ProxyFault extends Error {
  /** `PROXY_` and the system's code, or the HTTP status that the proxy gave. */
  readonly code: string;

  constructor(code: string, text: string, options?: ErrorOptions) {
    super(text, options);
    this.name = 'ProxyFault';
    this.code = code;
  }
}

/**
 * Connections through a proxy: CONNECT (RFC 9110 section 9.3.6), then TLS with the host itself. The agents that
 * come with the SDK drop the node's CA bundle, and show a proxy's refusal as if the vault had given it.
 */
export class TunnelAgent extends Agent {
  readonly #proxy: HttpsProxy;
  readonly #secureContext: SecureContext | undefined;

  constructor(proxy: HttpsProxy, secureContext: SecureContext | undefined, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
    this.#secureContext = secureContext;
  }

  override createConnection(
    { host, port }: RequestOptions,
    callback: (error: Error | null, stream: Duplex) => void = () => undefined,
  ): undefined {
    const name = String(host);
    this.#open(name, Number(port) || 443, (error, tunnel) => {
      if (error || tunnel === undefined) return callback(error ?? new Error('no tunnel'), undefined as never);
      const context = this.#secureContext === undefined ? {} : { secureContext: this.#secureContext };
      // `host` beside `servername`: it is what the certificate is checked against, not the proxy's name.
      const secured = connectSecurely({ socket: tunnel, host: name, servername: name, ...context });
      const failed = (fault: Error) => callback(fault, undefined as never);
      secured.once('error', failed);
      secured.once('secureConnect', () => {
        secured.off('error', failed);
        callback(null, secured);
      });
    });
  }

  /** Calls back once: with a connection to the host, or with why there is none. */
  #open(host: string, port: number, callback: (error: Error | undefined, tunnel?: Socket) => void): void {
    const { url } = this.#proxy;
    const socket = this.#connectToProxy(url);
    let answer = Buffer.alloc(0);
    const settle = (error?: Error) => {
      socket.off('data', onData).off('error', onError).off('close', onClose);
      if (error) socket.on('error', () => undefined).destroy();
      callback(error, error ? undefined : socket);
    };
    const onError = (error: Error) => settle(unreachable(this.#proxy, error));
    const onClose = () => settle(refused(this.#proxy, 'CLOSED', 'closed the connection'));
    const onData = (bytes: Buffer) => {
      answer = Buffer.concat([answer, bytes]);
      const end = answer.indexOf('\r\n\r\n');
      if (end < 0 && answer.length < MAX_ANSWER_BYTES) return;
      settle(faultOf(this.#proxy, answer.subarray(0, Math.max(end, 0)).toString('latin1')));
    };
    socket.on('data', onData).on('error', onError).on('close', onClose);
    socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      socket.write(connectRequest(url, `${host}:${port}`));
    });
  }

  #connectToProxy(url: URL): Socket {
    const where = { host: url.hostname.replace(/^\[|\]$/g, ''), port: portOf(url) };
    if (url.protocol !== 'https:') return connectPlainly(where);
    const context = this.#secureContext === undefined ? {} : { secureContext: this.#secureContext };
    return connectSecurely({
      ...where,
      ...(isIP(where.host) === 0 ? { servername: where.host } : {}),
      ...context,
    });
  }
}

function connectRequest(url: URL, authority: string): string {
  const lines = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`];
  if (url.username !== '' || url.password !== '') {
    const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    lines.push(`Proxy-Authorization: Basic ${Buffer.from(credentials).toString('base64')}`);
  }
  return [...lines, '', ''].join('\r\n');
}

/** Undefined when the proxy lets the connection through. */
function faultOf(proxy: HttpsProxy, head: string): Error | undefined {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
  if (status === undefined) return refused(proxy, 'ANSWER', 'did not answer as a proxy does');
  if (status.startsWith('2')) return undefined;
  const why =
    status === '407'
      ? 'wants other credentials; check httpsProxy in the node configuration'
      : 'did not let the connection through';
  return refused(proxy, `HTTP_${status}`, why);
}

function refused(proxy: HttpsProxy, code: string, why: string): ProxyFault {
  return new ProxyFault(`PROXY_${code}`, `the proxy ${describeProxy(proxy)} ${why}`);
}

function unreachable(proxy: HttpsProxy, error: Error): ProxyFault {
  return new ProxyFault(
    `PROXY_${systemCode(error)}`,
    `the proxy ${describeProxy(proxy)} could not be reached; check httpsProxy in the node configuration, or kubelet's HTTPS_PROXY`,
    { cause: error },
  );
}
