import { DriverError } from '../errors.ts';

/** The way out of the node: a proxy that is asked to CONNECT, and the hosts that are reached without it. */
export interface HttpsProxy {
  /** `http://host:port`, or `https://`; may hold credentials, so it is never shown as it is. */
  readonly url: URL;
  readonly except: readonly string[];
}

/** What may name a proxy: the node configuration, or kubelet's environment. */
export interface ProxySettings {
  readonly httpsProxy?: string | undefined;
  readonly noProxy?: readonly string[] | undefined;
}

/**
 * The proxy of this node. Each setting of the node configuration replaces the one of kubelet's environment. Where every host
 * is an exception (`*`), the proxy is never used and may be of any kind.
 * @throws DriverError `NodeConfigInvalid` when the proxy is invalid, naming the setting that holds it
 */
export function chooseProxy(configured: ProxySettings, environment: ProxySettings): HttpsProxy | undefined {
  const text = configured.httpsProxy ?? environment.httpsProxy;
  const except = configured.noProxy ?? environment.noProxy ?? [];
  if (text === undefined || text === '' || except.includes('*')) return undefined;
  const url = parseProxyUrl(text);
  if (url !== undefined) return { url, except };
  throw new DriverError(
    'NodeConfigInvalid',
    configured.httpsProxy === undefined
      ? 'HTTPS_PROXY in kubelet\'s environment is not of the form http://host:port; fix it there, or set httpsProxy (or noProxy to ["*"]) in the node configuration'
      : 'httpsProxy in the node configuration is not of the form http://host:port; fix it there',
  );
}

/** The proxy variables as programs written in Go read them, kubelet itself being one: upper case goes first. */
export function readProxyEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): ProxySettings {
  const noProxy = environment['NO_PROXY'] || environment['no_proxy'] || '';
  return {
    httpsProxy: environment['HTTPS_PROXY'] || environment['https_proxy'] || undefined,
    noProxy: noProxy.split(/[\s,]+/).filter((entry) => entry !== ''),
  };
}

/**
 * Is this host reached without the proxy? As in Go: `.a.b` is every host below `a.b`, and `a.b` that host and those below
 * it; a port is taken to be 443, the only one there is here.
 */
export function isExempt(host: string, { except }: HttpsProxy): boolean {
  return except.some((entry) => {
    const name = entry.toLowerCase().replace(/^\*\./, '.').replace(/:443$/, '');
    return name.startsWith('.') ? host.endsWith(name) : host === name || host.endsWith(`.${name}`);
  });
}

/** Host and port of a proxy, for messages. */
export function describeProxy({ url }: HttpsProxy): string {
  return `${url.hostname}:${portOf(url)}`;
}

export function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
}

/** A proxy's name or address; an IPv6 address without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** User and password for a Proxy-Authorization header (RFC 7617); undefined where the proxy wants none. */
export function basicCredentials({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return Buffer.from(credentials).toString('base64');
}

/** In an environment variable the scheme may be missing. Without path and query, as they mean nothing here. */
function parseProxyUrl(text: string): URL | undefined {
  try {
    const url = new URL(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
    const plain = url.pathname === '/' && url.search === '' && url.hash === '';
    return plain && /^https?:$/.test(url.protocol) && url.hostname !== '' ? url : undefined;
  } catch {
    return undefined;
  }
}
