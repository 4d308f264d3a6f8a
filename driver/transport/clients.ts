import type { HttpClient } from '@azure/core-rest-pipeline';
import type { HttpsProxy } from './proxy.ts';
import { createTrustingClient } from './trust.ts';

/**
 * The HTTP client of Bun or Node; the executable has `native/clients.ts` in place of this file.
 * @param caBundle PEM of authorities that are trusted beside the runtime's own
 * @param proxy undefined for hosts that are reached without one
 */
export function createClient(
  caBundle: string | undefined,
  proxy: HttpsProxy | undefined,
): HttpClient | Promise<HttpClient> {
  if (proxy === undefined && process.versions['bun'] !== undefined) return createTrustingClient(caBundle);
  return import('./node-client.ts').then(({ createNodeClient }) => createNodeClient(caBundle, proxy));
}

/** Prepares for a host that will be asked over TLS without a proxy; never fails. */
export function prepareFor(host: string, _caBundle: string | undefined): void {
  const { Bun: bun } = globalThis as { Bun?: Bun };
  bun?.dns.prefetch(host, 443);
}

/** The part of Bun's API for names that is used here: `fetch` finds what was looked up. Source: Bun documentation, "DNS". */
interface Bun {
  readonly dns: { prefetch(host: string, port: number): void };
}
