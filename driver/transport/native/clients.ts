import {
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
  RestError,
} from '@azure/core-rest-pipeline';
import { createFetchClient, type FetchWay } from '../fetch-client.ts';
import { basicCredentials, type HttpsProxy, hostOf, portOf } from '../proxy.ts';
import { proxyFault } from '../proxy-fault.ts';

/** The HTTP client of the executable, in place of `../clients.ts`: one `fetch` that knows authorities and proxies. */
export function createClient(caBundle: string | undefined, proxy: HttpsProxy | undefined): HttpClient {
  const client = createFetchClient(wayOf(caBundle, proxy));
  return proxy === undefined ? client : tellOfProxy(client, proxy);
}

/** Looks up a host and connects to it, while its token is still under way; never fails. */
export function prepareFor(host: string, caBundle: string | undefined): void {
  try {
    (fetch as typeof fetch & Preconnect).preconnect(`https://${host}`, wayOf(caBundle, undefined));
  } catch {
    // What is wrong meets the request too, which says so.
  }
}

interface Preconnect {
  preconnect(origin: string, way: FetchWay): void;
}

function wayOf(caBundle: string | undefined, proxy: HttpsProxy | undefined): FetchWay {
  return {
    ...(caBundle && { tls: { ca: caBundle } }),
    ...(proxy && {
      proxy: {
        host: hostOf(proxy.url),
        port: portOf(proxy.url),
        isSecure: proxy.url.protocol === 'https:',
        credentials: basicCredentials(proxy.url),
      },
    }),
  };
}

/** `fetch` knows only the code of a proxy's fault; the text is for people. */
function tellOfProxy(client: HttpClient, proxy: HttpsProxy): HttpClient {
  return {
    async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
      try {
        return await client.sendRequest(request);
      } catch (error) {
        if (!(error instanceof RestError) || !error.code?.startsWith('PROXY_')) throw error;
        const fault = proxyFault(proxy, error.code.slice('PROXY_'.length), error);
        throw Object.assign(new RestError(fault.message, { code: error.code, request }), { cause: fault });
      }
    },
  };
}
