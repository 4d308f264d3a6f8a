import { describeProxy, type HttpsProxy } from './proxy.ts';

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
 * Says what is wrong with a proxy.
 * @param code `HTTP_407`-like for a refusal, `CLOSED`, `ANSWER` for what is no HTTP, or the system's code
 * @param cause where the system told it
 */
export function proxyFault(proxy: HttpsProxy, code: string, cause?: unknown): Error {
  const text = `the proxy ${describeProxy(proxy)} ${explain(code)}`;
  return new ProxyFault(`PROXY_${code}`, text, cause === undefined ? {} : { cause });
}

function explain(code: string): string {
  if (code === 'HTTP_407') return 'wants other credentials; check httpsProxy in the node configuration';
  if (code.startsWith('HTTP_')) return 'did not let the connection through';
  if (code === 'CLOSED') return 'closed the connection';
  if (code === 'ANSWER') return 'did not answer as a proxy does';
  return "could not be reached; check httpsProxy in the node configuration, or kubelet's HTTPS_PROXY";
}
