import { randomBytes } from 'node:crypto';
import { createLocalJWKSet, errors, importJWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Cloud, Principal, Seed } from './seed/schema.ts';

export interface IssuedToken {
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
  /** Seconds since 1970. */
  notBefore: number;
  expiresOn: number;
}

/** Why a vault refuses a token; texts are the vault's. */
export type TokenFault = 'malformed' | 'signature' | 'expired' | 'not-yet-valid';

const LIFETIME_SECONDS = 3600;

/** Signs and checks the access tokens of every role with the seed's one key. */
export class Tokens {
  readonly #seed: Seed;
  // Imported once: a double that is slower than its original would spoil what is measured against it.
  readonly #signingKey: ReturnType<typeof importJWK>;
  readonly #keySet: ReturnType<typeof createLocalJWKSet>;
  /** Seconds; a negative one makes tokens that are expired when they are issued. */
  lifetimeSeconds = LIFETIME_SECONDS;
  /** How far the issuer's clock is ahead of the vaults': beyond five minutes its tokens are not valid yet. */
  aheadSeconds = 0;

  constructor(seed: Seed) {
    this.#seed = seed;
    this.#signingKey = importJWK(seed.signingKey, 'RS256');
    this.#keySet = createLocalJWKSet(this.jwks() as Parameters<typeof createLocalJWKSet>[0]);
  }

  /** The public JWKS, as Entra publishes it. */
  jwks(): { keys: Record<string, unknown>[] } {
    const { kty, kid, n, e, alg, use } = this.#seed.signingKey;
    return { keys: [{ kty, use, kid, n, e, alg }] };
  }

  async issue(principal: Principal, cloud: Cloud, audience: string): Promise<IssuedToken> {
    const now = Math.floor(Date.now() / 1000) + this.aheadSeconds;
    // Entra backdates nbf by five minutes, against skewed clocks.
    const notBefore = now - 300;
    const expiresOn = now + this.lifetimeSeconds;
    const accessToken = await new SignJWT({
      appid: principal.clientId,
      appidacr: principal.kind === 'managed-identity' ? '2' : '1',
      idtyp: 'app',
      oid: principal.objectId,
      tid: principal.tenant,
      uti: randomBytes(16).toString('base64url'),
      ver: '1.0',
    })
      .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: this.#seed.signingKey.kid })
      .setAudience(audience)
      .setIssuer(issuerOf(cloud, principal.tenant))
      .setSubject(principal.objectId)
      .setIssuedAt(notBefore)
      .setNotBefore(notBefore)
      .setExpirationTime(expiresOn)
      .sign(await this.#signingKey);
    return { accessToken, expiresIn: this.lifetimeSeconds, notBefore, expiresOn };
  }

  /** Signature and times only: issuer and audience depend on the vault that asks. */
  async verify(token: string): Promise<JWTPayload | TokenFault> {
    try {
      return (await jwtVerify(token, this.#keySet, { algorithms: ['RS256'] })).payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) return 'expired';
      if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf') return 'not-yet-valid';
      if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey)
        return 'signature';
      return 'malformed';
    }
  }
}

export function issuerOf(cloud: Cloud, tenant: string): string {
  return `${cloud.issuer}/${tenant}/`;
}
