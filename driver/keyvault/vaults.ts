import type { Cloud } from '../options/clouds.ts';
import type { AccessToken } from '../ports.ts';
import type { Transport } from '../transport/transport.ts';
import { type Bound, shareOf } from './bound.ts';
import type { CreateVaultClient } from './client.ts';
import { createLimiter } from './limiter.ts';
import { isReasonToFallBack } from './outage.ts';
import { ReadFailure } from './read-failure.ts';
import { openSession, type VaultSession } from './session.ts';
import { hostOf } from './vault-host.ts';

/** So many requests are under way at once, over all vaults; more would only open more connections. */
const MAX_PARALLEL_REQUESTS = 32;
/** What a vault may take of the time that is left when there is another to ask instead. */
const SHARE_BEFORE_FALLBACK = 1 / 3;

/** The vaults of one read. */
export interface Vaults {
  /** @throws ReadFailure */
  ask<T>(vault: string, request: (session: VaultSession) => Promise<T>): Promise<T>;
  /**
   * Asks `vault`, and `fallbackVault` when that is unreachable, throttling, failing or silent for too long.
   * @throws ReadFailure
   */
  askEither<T>(
    vault: string,
    fallbackVault: string | undefined,
    request: (session: VaultSession) => Promise<T>,
  ): Promise<T>;
  /** What was last seen of everything that is still open. */
  lastSeen(): string | undefined;
  close(): void;
}

export function openVaults(
  cloud: Cloud,
  token: Promise<AccessToken>,
  transport: Transport,
  whole: Bound,
  createClient: CreateVaultClient,
): Vaults {
  const limit = createLimiter(MAX_PARALLEL_REQUESTS);
  const sessions = new Map<string, VaultSession>();
  const share = shareOf(whole, SHARE_BEFORE_FALLBACK, token);

  function sessionOf(vault: string, bound: Bound): VaultSession {
    const host = hostOf(vault, cloud);
    const key = `${bound === whole ? 'last' : 'first'} ${host}`;
    const session =
      sessions.get(key) ?? openSession(vault, host, token, transport, bound, createClient, cloud);
    sessions.set(key, session);
    return session;
  }

  const vaults: Vaults = {
    ask: (vault, request) => limit(() => request(sessionOf(vault, whole))),
    async askEither(vault, fallbackVault, request) {
      if (fallbackVault === undefined) return vaults.ask(vault, request);
      try {
        return await limit(() => request(sessionOf(vault, share)));
      } catch (first) {
        if (!(first instanceof ReadFailure && isReasonToFallBack(first.error))) throw first;
        try {
          return await vaults.ask(fallbackVault, request);
        } catch (second) {
          if (!(second instanceof ReadFailure)) throw second;
          throw new ReadFailure(first.vault, first.host, first.error, second);
        }
      }
    },
    lastSeen() {
      const seen = [...sessions.values()].map(({ sightings }) => sightings.summary());
      return seen.filter((text) => text !== undefined).join('; ') || undefined;
    },
    close: share.end,
  };
  return vaults;
}
