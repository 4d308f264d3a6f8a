import {
  createPipelineFromOptions,
  type HttpClient,
  type Pipeline,
  type PipelineRetryOptions,
} from '@azure/core-rest-pipeline';
import { boundedAnswerPolicy } from './bounded-answer.ts';
import { createFetchClient } from './fetch-client.ts';
import { type HttpsProxy, isExempt } from './proxy.ts';

/** How every request of a call-out leaves the node: one connection pool, one trust store, one way to retry. */
export interface Transport {
  readonly httpClient: HttpClient;
  readonly retryOptions: PipelineRetryOptions;
  readonly userAgentOptions: { readonly userAgentPrefix: string };
  /** Settles when the first request is on its way. */
  readonly firstRequest?: Promise<void>;
  /** Begins to look up the name of a host that will be asked over TLS; never fails. */
  lookUp?(host: string): void;
}

/** What an admin laid down for all requests of a node. */
export interface TransportSettings {
  /** PEM certificates of authorities trusted beside the runtime's own. */
  readonly caBundle: string | undefined;
  readonly proxy: HttpsProxy | undefined;
}

export function createTransport(settings: TransportSettings, version: string): Transport {
  const clientFor = createClients(settings);
  const first = Promise.withResolvers<void>();
  return {
    httpClient: {
      async sendRequest(request) {
        const client = await clientFor(request.url);
        const answer = client.sendRequest(request);
        first.resolve();
        return answer;
      },
    },
    firstRequest: first.promise,
    lookUp(host) {
      const { Bun: bun } = globalThis as { Bun?: Bun };
      if (!isTunnelled(`https://${host}`, settings.proxy)) bun?.dns.prefetch(host, 443);
    },
    // Kept short: kubelet asks again by itself, and the call-out's deadline bounds the whole.
    retryOptions: { maxRetries: 4, retryDelayInMs: 400, maxRetryDelayInMs: 8000 },
    userAgentOptions: { userAgentPrefix: `keyvault-flexvol/${version}` },
  };
}

/** One client for hosts behind the proxy and one for the others, each made when first used. */
function createClients({
  caBundle,
  proxy,
}: TransportSettings): (url: string) => HttpClient | Promise<HttpClient> {
  const isBun = process.versions['bun'] !== undefined;
  const viaNode = async (through: HttpsProxy | undefined) =>
    (await import('./node-client.ts')).createNodeClient(caBundle, through);
  const direct = once(() => (isBun ? createFetchClient(caBundle) : viaNode(undefined)));
  const tunnelled = once(viaNode);
  return (url) => (isTunnelled(url, proxy) ? tunnelled(proxy) : direct());
}

/** Plain HTTP is spoken with NMI and the metadata service alone: a proxy would answer for another node. */
function isTunnelled(url: string, proxy: HttpsProxy | undefined): proxy is HttpsProxy {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' && proxy !== undefined && !isExempt(hostname, proxy);
}

/** The part of Bun's API for names that is used here: `fetch` finds what was looked up. Source: Bun documentation, "DNS". */
interface Bun {
  readonly dns: { prefetch(host: string, port: number): void };
}

/** A pipeline for endpoints that no SDK client speaks to. Whoever asks knows what answers mean, so it never repeats. */
export function createPipeline(transport: Transport): Pipeline {
  const pipeline = createPipelineFromOptions({
    userAgentOptions: transport.userAgentOptions,
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
  });
  pipeline.addPolicy(boundedAnswerPolicy);
  // It would read the environment, where the transport alone decides on proxies.
  pipeline.removePolicy({ name: 'proxyPolicy' });
  return pipeline;
}

function once<Arguments extends unknown[], T>(make: (...args: Arguments) => T): (...args: Arguments) => T {
  let made: { value: T } | undefined;
  return (...args) => {
    made ??= { value: make(...args) };
    return made.value;
  };
}
