import type { TokenCredential } from '@azure/core-auth';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import type { JsonWebKey } from '@azure/keyvault-keys';
import { DriverError } from '../errors.ts';
import type { AccessToken, FoundObject, ObjectAttributes, PublicKey } from '../ports.ts';
import type { Transport } from '../transport/transport.ts';
import type { ObjectReference } from './object.ts';
import { refusalPolicy } from './refusal.ts';

/** Reads single objects of one vault. */
export interface VaultClient {
  /** @throws whatever the SDK throws; `faults.ts` gives it meaning */
  get(object: ObjectReference, signal: AbortSignal): Promise<FoundObject>;
}

/**
 * The SDK's clients for one vault, each loaded when first used.
 *
 * The token is set up front, so the SDK's unauthenticated first request and its challenge do not happen; its
 * own policy stays in place and checks the challenge's resource against the vault's host should one come.
 */
export function createVaultClient(
  vaultUrl: string,
  token: Promise<AccessToken>,
  transport: Transport,
): VaultClient {
  const credential: TokenCredential = {
    async getToken() {
      const { token: value, expiresAt } = await token;
      return { token: value, expiresOnTimestamp: expiresAt };
    },
  };
  const options = {
    httpClient: transport.httpClient,
    tlsOptions: transport.tlsOptions,
    retryOptions: transport.retryOptions,
    userAgentOptions: transport.userAgentOptions,
    redirectOptions: { maxRetries: 0 },
    additionalPolicies: [
      { policy: refusalPolicy, position: 'perCall' as const },
      { policy: authorizeUpFront(token), position: 'perRetry' as const },
    ],
  };
  const secrets = once(
    async () => new (await import('@azure/keyvault-secrets')).SecretClient(vaultUrl, credential, options),
  );
  const keys = once(
    async () => new (await import('@azure/keyvault-keys')).KeyClient(vaultUrl, credential, options),
  );
  const certificates = once(
    async () =>
      new (await import('@azure/keyvault-certificates')).CertificateClient(vaultUrl, credential, options),
  );

  return {
    async get({ vault, type, name, version }, signal): Promise<FoundObject> {
      const call = { abortSignal: signal };
      switch (type) {
        case 'secret': {
          const client = await secrets();
          const { value, properties } = await client.getSecret(
            name,
            version === undefined ? call : { ...call, version },
          );
          if (value === undefined) throw new DriverError('VaultFault', 'the vault answered without a value');
          const content = { type, value, contentType: properties.contentType };
          return { vault, name, content, ...describe(properties) };
        }
        case 'key': {
          const client = await keys();
          const { key, properties } = await client.getKey(
            name,
            version === undefined ? call : { ...call, version },
          );
          return { vault, name, content: { type, key: publicKey(key) }, ...describe(properties) };
        }
        case 'cert': {
          const client = await certificates();
          const { cer, properties } =
            version === undefined
              ? await client.getCertificate(name, call)
              : await client.getCertificateVersion(name, version, call);
          if (cer === undefined)
            throw new DriverError(
              'VaultFault',
              'the vault answered without a certificate; it may still be pending',
            );
          return { vault, name, content: { type, der: cer }, ...describe(properties) };
        }
      }
    },
  };
}

function authorizeUpFront(token: Promise<AccessToken>): PipelinePolicy {
  return {
    name: 'authorizeUpFrontPolicy',
    async sendRequest(request, next) {
      request.headers.set('authorization', `Bearer ${(await token).token}`);
      return next(request);
    },
  };
}

/** What the SDK calls the properties of an object, alike for all three types. */
interface Properties {
  version?: string;
  contentType?: string;
  tags?: Record<string, string>;
  notBefore?: Date;
  expiresOn?: Date;
  createdOn?: Date;
  updatedOn?: Date;
}

function describe(properties: Properties): { version: string; attributes: ObjectAttributes } {
  const { version = '', contentType, tags = {}, notBefore, expiresOn, createdOn, updatedOn } = properties;
  return {
    version,
    attributes: {
      contentType,
      tags,
      notBefore: notBefore?.getTime(),
      expires: expiresOn?.getTime(),
      created: createdOn?.getTime(),
      updated: updatedOn?.getTime(),
    },
  };
}

function publicKey(jwk: JsonWebKey | undefined): PublicKey {
  const { kty, n, e, crv, x, y } = jwk ?? {};
  if ((kty === 'RSA' || kty === 'RSA-HSM') && n && e) return { kty: 'RSA', n, e };
  if ((kty === 'EC' || kty === 'EC-HSM') && crv && x && y) return { kty: 'EC', crv, x, y };
  const shown = /^[A-Za-z-]{1,20}$/.exec(kty ?? '')?.[0] ?? 'unknown';
  throw new DriverError(
    'ObjectUnsupported',
    `it is of type ${shown}, which has no public key; only RSA and EC keys can be projected`,
  );
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
