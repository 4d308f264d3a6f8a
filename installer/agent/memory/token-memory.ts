import type { AccessToken, FederatedToken, TokenRequest, TokenSource } from '../../../driver/ports.ts';
import { BoundedMemory } from './bounded-memory.ts';
import { credentialKey, keyedHash } from './credential-key.ts';
import type { Flights } from './flights.ts';

/** Tokens are of some 2 KiB: for a thousand identities and more. */
const MAX_BYTES = 8 * 1024 * 1024;
/** Before it expires a token is fetched anew, so that none expires on the way: at most so long before. */
const MARGIN_MS = 5 * 60_000;

/** Who a token was given to; for what is kept of the vaults' answers to it. */
export type IdentityKey = string;

export interface TokenMemorySettings {
  readonly flights: Flights;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** False: each read asks anew. */
  readonly keeps: boolean;
  counted(outcome: 'remembered' | 'asked'): void;
}

/** The tokens of a node's identities, until shortly before they expire; in memory alone. */
export class TokenMemory {
  readonly #settings: TokenMemorySettings;
  readonly #tokens: BoundedMemory<AccessToken>;
  /** By token. */
  readonly #identities: BoundedMemory<IdentityKey>;

  constructor(settings: TokenMemorySettings) {
    this.#settings = settings;
    this.#tokens = new BoundedMemory(MAX_BYTES, settings.now);
    this.#identities = new BoundedMemory(MAX_BYTES, settings.now);
  }

  /** The tokens of one read. */
  source(real: TokenSource, federatedToken: FederatedToken | undefined): RememberingTokenSource {
    const used = { remembered: undefined as string | undefined, identity: undefined as string | undefined };
    return {
      used,
      getToken: async (request, signal) => {
        const credential = credentialKey(request, federatedToken);
        const kept = credential === undefined ? undefined : this.#tokens.get(credential)?.value;
        this.#settings.counted(kept === undefined ? 'asked' : 'remembered');
        used.remembered = kept?.token;
        used.identity = identityKey(request, credential, kept?.token);
        if (kept !== undefined) return kept;
        const token = await this.#ask(real, request, credential, signal);
        used.identity = identityKey(request, credential, token.token);
        const milliseconds = token.expiresAt - Date.now();
        if (used.identity !== undefined)
          this.#identities.set(token.token, used.identity, token.token.length, milliseconds);
        return token;
      },
    };
  }

  /** @returns undefined of a token that is none of this memory's */
  identityOf(token: string): IdentityKey | undefined {
    return this.#identities.get(token)?.value;
  }

  /** Would it be given again? */
  keeps(token: string): boolean {
    return this.#tokens.has((kept) => kept.token === token);
  }

  /** A vault refused it. */
  forget(token: string): void {
    this.#tokens.deleteValues((kept) => kept.token === token);
  }

  sweep(): void {
    this.#tokens.sweep();
    this.#identities.sweep();
  }

  async #ask(
    real: TokenSource,
    request: TokenRequest,
    credential: string | undefined,
    signal: AbortSignal,
  ): Promise<AccessToken> {
    if (credential === undefined) return real.getToken(request, signal);
    return this.#settings.flights.share(`token ${credential}`, signal, async (whole) => {
      const token = await real.getToken(request, whole);
      const life = token.expiresAt - Date.now();
      if (this.#settings.keeps)
        this.#tokens.set(credential, token, token.token.length, life - Math.min(MARGIN_MS, life / 2));
      return token;
    });
  }
}

export interface RememberingTokenSource extends TokenSource {
  /** The token of the read, when it was one that was remembered; and whose read it is, once that is known. */
  readonly used: { readonly remembered: string | undefined; readonly identity: IdentityKey | undefined };
}

/**
 * The key under which a read's objects are kept, by how its token was come by:
 *   - a service principal has shown its credential, which Entra took over TLS: the key is the credential
 *   - with workload identity Entra gave the token over TLS, so its claims (RFC 7519 section 4) are Entra's words, and pods
 *     of the same tenant, principal and application share
 *   - NMI and the metadata service answer over plain HTTP, where another process may answer in their place. No claim is
 *     believed: the key is the token itself. Objects get there by a request that bore this very token and that a vault
 *     accepted, so a token that no vault has accepted finds nothing. Both services give the same token again until it is
 *     about to expire, so pods of one identity share all the same.
 * @returns undefined where there is no token yet, and none is needed to tell
 */
function identityKey(
  { identity, cloud }: TokenRequest,
  credential: string | undefined,
  token: string | undefined,
): IdentityKey | undefined {
  if (identity.kind === 'service-principal') return credential;
  if (token === undefined) return undefined;
  const claims = identity.kind === 'workload-identity' ? claimsOf(token) : undefined;
  const { tid, oid, appid } = claims ?? {};
  const who = [tid, oid, appid].every((claim) => typeof claim === 'string' && claim !== '')
    ? [tid, oid, appid]
    : [token];
  return keyedHash(identity.kind, cloud.authority, cloud.resource, who);
}

function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parts = token.split('.');
    if (parts.length !== 3) return undefined;
    const claims: unknown = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
