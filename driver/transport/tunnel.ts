import { Agent, type AgentOptions, type RequestOptions } from 'node:https';
import { connect as connectPlainly, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectSecurely, type SecureContext } from 'node:tls';
import { systemCode } from '../errors.ts';
import { basicCredentials, type HttpsProxy, hostOf, portOf } from './proxy.ts';
import { proxyFault } from './proxy-fault.ts';

/** No answer to a CONNECT is longer than this. */
const MAX_ANSWER_BYTES = 16_384;

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
    const onError = (error: Error) => settle(proxyFault(this.#proxy, systemCode(error), error));
    const onClose = () => settle(proxyFault(this.#proxy, 'CLOSED'));
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
    const where = { host: hostOf(url), port: portOf(url) };
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
  const credentials = basicCredentials(url);
  if (credentials !== undefined) lines.push(`Proxy-Authorization: Basic ${credentials}`);
  return [...lines, '', ''].join('\r\n');
}

/** Undefined when the proxy lets the connection through. */
function faultOf(proxy: HttpsProxy, head: string): Error | undefined {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
  if (status === undefined) return proxyFault(proxy, 'ANSWER');
  return status.startsWith('2') ? undefined : proxyFault(proxy, `HTTP_${status}`);
}
