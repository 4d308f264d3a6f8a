import type { TokenCredential } from '@azure/core-auth';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { DriverError } from '../errors.ts';
import type { ObjectType } from '../options/items.ts';
import type { AccessToken, FoundObject, ObjectAttributes } from '../ports.ts';
import type { Transport } from '../transport/transport.ts';
import { checkIdentifier } from './identifier.ts';
import type { ObjectReference } from './object.ts';
import { publicKeyOf } from './public-key.ts';

/** One vault as the SDK shows it. Both throw whatever the SDK throws; `faults.ts` gives it meaning. */
export interface VaultClient {
  get(object: ObjectReference): Promise<FoundObject>;
  /** The latest version of every object of a type, page by page, in the vault's order. */
  list(type: ObjectType): AsyncIterable<readonly ListedObject[]>;
}

/** An object as a list has it, without its content. */
export interface ListedObject {
  readonly name: string;
  /** True where the list does not say. */
  readonly enabled: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** What the pipeline of one vault does beside what the SDK does. */
export interface ClientPolicies {
  /** Around all attempts of a request, outermost first. */
  readonly perCall: readonly PipelinePolicy[];
  /** Around each attempt, outermost first. */
  readonly perRetry: readonly PipelinePolicy[];
}

/** `createVaultClient`, or what stands before it. */
export type CreateVaultClient = typeof createVaultClient;

/** The SDK's clients for one vault, each loaded when first used. */
export function createVaultClient(
  origin: string,
  token: Promise<AccessToken>,
  transport: Transport,
  { perCall, perRetry }: ClientPolicies,
): VaultClient {
  const credential: TokenCredential = {
    async getToken() {
      const { token: value, expiresAt } = await token;
      return { token: value, expiresOnTimestamp: expiresAt };
    },
  };
  const options = {
    httpClient: transport.httpClient,
    retryOptions: transport.retryOptions,
    userAgentOptions: transport.userAgentOptions,
    redirectOptions: { maxRetries: 0 },
    additionalPolicies: [
      ...perCall.map((policy) => ({ policy, position: 'perCall' as const })),
      ...perRetry.map((policy) => ({ policy, position: 'perRetry' as const })),
    ],
  };
  const secrets = once(
    async () => new (await import('@azure/keyvault-secrets')).SecretClient(origin, credential, options),
  );
  const keys = once(
    async () => new (await import('@azure/keyvault-keys')).KeyClient(origin, credential, options),
  );
  const certificates = once(
    async () =>
      new (await import('@azure/keyvault-certificates')).CertificateClient(origin, credential, options),
  );

  return {
    async get(object): Promise<FoundObject> {
      const { vault, type, name, version } = object;
      const options = version === undefined ? {} : { version };
      switch (type) {
        case 'secret': {
          const { value, properties } = await (await secrets()).getSecret(name, options);
          const about = describe(properties, checkIdentifier(properties.id, object, origin));
          expectEnabled(properties);
          if (typeof value !== 'string')
            throw new DriverError('VaultFault', 'the vault answered without a value');
          const content = { type, value, contentType: properties.contentType };
          return { vault, name, content, ...about };
        }
        case 'key': {
          const { key, properties } = await (await keys()).getKey(name, options);
          const about = describe(properties, checkIdentifier(properties.id, object, origin));
          expectEnabled(properties);
          return { vault, name, content: { type, key: publicKeyOf(key) }, ...about };
        }
        case 'cert': {
          const client = await certificates();
          const { cer, properties } =
            version === undefined
              ? await client.getCertificate(name)
              : await client.getCertificateVersion(name, version);
          const about = describe(properties, checkIdentifier(properties.id, object, origin));
          // A certificate that is still being issued is disabled too, so this comes first.
          if (cer === undefined || cer.length === 0)
            throw new DriverError(
              'VaultFault',
              'the vault answered without a certificate, which is still pending; complete or renew its issuance in the vault',
            );
          if (!(cer instanceof Uint8Array))
            throw new DriverError('VaultFault', 'the vault answered with a certificate that is none');
          expectEnabled(properties);
          return { vault, name, content: { type, der: cer }, ...about };
        }
      }
    },

    async *list(type) {
      const pages = await pagesOf(type);
      for await (const page of pages)
        yield page.map(({ name = '', enabled = true, tags = {} }) => ({ name, enabled, tags }));
    },
  };

  async function pagesOf(
    type: ObjectType,
  ): Promise<AsyncIterable<{ name?: string; enabled?: boolean; tags?: Record<string, string> }[]>> {
    switch (type) {
      case 'secret':
        return (await secrets()).listPropertiesOfSecrets().byPage();
      case 'key':
        return (await keys()).listPropertiesOfKeys().byPage();
      case 'cert':
        return (await certificates()).listPropertiesOfCertificates().byPage();
    }
  }
}

/**
 * Refuses a disabled object. The public service refuses only disabled secrets; emulators and old clouds may serve those too.
 * An object whose answer does not say counts as enabled.
 */
function expectEnabled({ enabled }: { enabled?: boolean }): void {
  if (enabled === false) throw new DriverError('ObjectDisabled', 'it is disabled; enable it in the vault');
}

/** What the SDK calls the properties of an object, alike for all three types. */
interface Properties {
  contentType?: string;
  tags?: Record<string, string>;
  notBefore?: Date;
  expiresOn?: Date;
  createdOn?: Date;
  updatedOn?: Date;
}

/** Expired objects and ones that are not valid yet are described as any other: the service serves them. */
function describe(
  properties: Properties,
  version: string,
): { version: string; attributes: ObjectAttributes } {
  const { contentType, tags = {}, notBefore, expiresOn, createdOn, updatedOn } = properties;
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

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
