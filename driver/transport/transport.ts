import { Agent } from 'node:https';
import { createSecureContext, rootCertificates } from 'node:tls';
import {
  createDefaultHttpClient,
  createPipelineFromOptions,
  type HttpClient,
  type Pipeline,
  type PipelineRetryOptions,
} from '@azure/core-rest-pipeline';
import { boundedAnswerPolicy } from './bounded-answer.ts';
import { type HttpsProxy, isExempt } from './proxy.ts';
import { TunnelAgent } from './tunnel.ts';

/** How every request of a call-out leaves the node: one connection pool, one trust store, one way to retry. */
export interface Transport {
  readonly httpClient: HttpClient;
  readonly retryOptions: PipelineRetryOptions;
  readonly userAgentOptions: { readonly userAgentPrefix: string };
}

/** What an admin laid down for all requests of a node. */
export interface TransportSettings {
  /** PEM certificates of authorities trusted beside the runtime's own. */
  readonly caBundle: string | undefined;
  readonly proxy: HttpsProxy | undefined;
}

export function createTransport(settings: TransportSettings, version: string): Transport {
  const client = createDefaultHttpClient();
  const agentOf = createAgents(settings);
  return {
    httpClient: {
      sendRequest(request) {
        const { protocol, hostname } = new URL(request.url);
        // Plain HTTP is spoken with NMI and the metadata service alone: a proxy would answer for another node.
        if (protocol === 'https:') request.agent = agentOf(hostname);
        return client.sendRequest(request);
      },
    },
    // Kept short: kubelet asks again by itself, and the call-out's deadline bounds the whole.
    retryOptions: { maxRetries: 4, retryDelayInMs: 400, maxRetryDelayInMs: 8000 },
    userAgentOptions: { userAgentPrefix: `keyvault-flexvol/${version}` },
  };
}

/** One pool of connections for hosts behind the proxy and one for the others, each made when first used. */
function createAgents({ caBundle, proxy }: TransportSettings): (host: string) => Agent {
  const secureContext = once(() =>
    // As one text and one context: 8 connections then take 36 ms of CPU under Bun, and 50 ms with a list of
    // certificates, which each connection parses anew.
    caBundle === undefined
      ? undefined
      : createSecureContext({ ca: `${rootCertificates.join('\n')}\n${caBundle}` }),
  );
  const direct = once(() => {
    const context = secureContext();
    return new Agent({ keepAlive: true, ...(context === undefined ? {} : { secureContext: context }) });
  });
  const tunnelled = once(
    (through: HttpsProxy) => new TunnelAgent(through, secureContext(), { keepAlive: true }),
  );
  return (host) => (proxy === undefined || isExempt(host, proxy) ? direct() : tunnelled(proxy));
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
