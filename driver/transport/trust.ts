import type { HttpClient } from '@azure/core-rest-pipeline';
import { systemCode } from '../errors.ts';
import { sendByFetch } from './fetch-client.ts';
import { rootsAnd } from './roots.ts';
import { expectSecure } from './send-fault.ts';

/** Which authorities' certificates are taken, as `tls.ca` of Bun's fetch; undefined means the runtime's own. */
type Trusted = { readonly ca: string } | undefined;

/** What says that a certificate's authority is not among the trusted ones (OpenSSL, verify(1)). */
const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_UNTRUSTED',
]);

/** The SDK's HTTP client by Bun's `fetch`, which trusts the runtime's own authorities and those of the bundle. */
export function createTrustingClient(caBundle: string | undefined): HttpClient {
  const trust = new Trust(caBundle);
  return {
    async sendRequest(request) {
      expectSecure(request);
      for (;;) {
        const trusted = await trust.trusted();
        try {
          return await sendByFetch(request, { tls: trusted });
        } catch (error) {
          if (!(await trust.widen(systemCode(error), trusted))) throw error;
        }
      }
    },
  };
}

/**
 * The authorities of a node: the runtime's own and the bundle's. Making a store of all of them takes 4 ms of CPU and
 * 4 MB, so where there is a bundle it is tried alone first: where it is set, it is mostly what Azure is reached by. A
 * host whose authority is not in it is asked again with all of them, and so is every one after it. What is trusted is
 * the same either way.
 */
class Trust {
  readonly #bundle: string | undefined;
  #trusted: Promise<Trusted>;
  #isNarrow: boolean;

  /** @param caBundle PEM; empty for the runtime's own without what its environment adds; undefined for its own */
  constructor(caBundle: string | undefined) {
    this.#bundle = caBundle;
    this.#isNarrow = Boolean(caBundle);
    this.#trusted =
      caBundle === '' ? all('') : Promise.resolve(caBundle === undefined ? undefined : { ca: caBundle });
  }

  trusted(): Promise<Trusted> {
    return this.#trusted;
  }

  /** @returns whether it is worth asking again, as more is trusted than `before` */
  async widen(code: string, before: Trusted): Promise<boolean> {
    if (!UNKNOWN_AUTHORITY.has(code)) return false;
    if (this.#isNarrow) {
      this.#isNarrow = false;
      this.#trusted = all(this.#bundle ?? '');
    }
    return (await this.#trusted) !== before;
  }
}

async function all(caBundle: string): Promise<Trusted> {
  return { ca: await rootsAnd(caBundle) };
}
