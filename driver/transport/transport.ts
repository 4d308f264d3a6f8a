import { rootCertificates } from 'node:tls';
import {
  createDefaultHttpClient,
  createPipelineFromOptions,
  type HttpClient,
  type Pipeline,
  type PipelineRetryOptions,
  type TlsSettings,
} from '@azure/core-rest-pipeline';

/** How every request of a call-out leaves the node: one connection pool, one trust store, one way to retry. */
export interface Transport {
  readonly httpClient: HttpClient;
  readonly tlsOptions: TlsSettings;
  readonly retryOptions: PipelineRetryOptions;
  readonly userAgentOptions: { readonly userAgentPrefix: string };
}

/**
 * @param caBundle PEM certificates of authorities trusted beside the runtime's own
 */
export function createTransport(caBundle: string | undefined, version: string): Transport {
  return {
    httpClient: createDefaultHttpClient(),
    // The pool is kept by identity of this object, so all clients of a call-out must share it.
    tlsOptions: caBundle === undefined ? {} : { ca: [...rootCertificates, caBundle] },
    // Kept short: kubelet asks again by itself, and the call-out's deadline bounds the whole.
    retryOptions: { maxRetries: 4, retryDelayInMs: 400, maxRetryDelayInMs: 8000 },
    userAgentOptions: { userAgentPrefix: `keyvault-flexvol/${version}` },
  };
}

/** A pipeline for endpoints that no SDK client speaks to. Retries and proxies are the library's. */
export function createPipeline(transport: Transport, retryOptions = transport.retryOptions): Pipeline {
  return createPipelineFromOptions({
    tlsOptions: transport.tlsOptions,
    userAgentOptions: transport.userAgentOptions,
    retryOptions,
    redirectOptions: { maxRetries: 0 },
  });
}
