import {
  createPipelineFromOptions,
  type HttpClient,
  type Pipeline,
  type PipelineRetryOptions,
} from '@azure/core-rest-pipeline';
import { boundedAnswerPolicy } from './bounded-answer.ts';
import { createClient, prepareFor } from './clients.ts';
import { type HttpsProxy, isExempt } from './proxy.ts';

/** How every request of a call-out leaves the node: one connection pool, one trust store, one way to retry. */
export interface Transport {
  readonly httpClient: HttpClient;
  readonly retryOptions: PipelineRetryOptions;
  readonly userAgentOptions: { readonly userAgentPrefix: string };
  /** Settles when the first request is on its way. */
  readonly firstRequest?: Promise<void>;
  /** Prepares for a host that will be asked over TLS: looks up its name, or connects to it. Never fails. */
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
      if (!isTunnelled(`https://${host}`, settings.proxy)) prepareFor(host, settings.caBundle);
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
  const direct = once(() => createClient(caBundle, undefined));
  const tunnelled = once(() => createClient(caBundle, proxy));
  return (url) => (isTunnelled(url, proxy) ? tunnelled() : direct());
}

/** Plain HTTP is spoken with NMI and the metadata service alone: a proxy would answer for another node. */
function isTunnelled(url: string, proxy: HttpsProxy | undefined): proxy is HttpsProxy {
  if (proxy === undefined) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' && !isExempt(hostname, proxy);
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

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
