import type { TokenCredential } from '@azure/core-auth';
import { CertificateClient } from '@azure/keyvault-certificates';
import { KeyClient } from '@azure/keyvault-keys';
import { SecretClient } from '@azure/keyvault-secrets';

/** Options that all three SDK clients take, such as policies. */
export type ClientOptions = NonNullable<ConstructorParameters<typeof CertificateClient>[2]>;

export type VaultClients = {
  readonly secrets: SecretClient;
  readonly keys: KeyClient;
  readonly certificates: CertificateClient;
};

/** Clients of one vault of the public cloud. */
export function vaultClients(
  vault: string,
  credential: TokenCredential,
  options: ClientOptions = {},
): VaultClients {
  const url = `https://${vault}.vault.azure.net`;
  return {
    secrets: new SecretClient(url, credential, options),
    keys: new KeyClient(url, credential, options),
    certificates: new CertificateClient(url, credential, options),
  };
}
