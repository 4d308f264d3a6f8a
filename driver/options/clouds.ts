import type { Faults } from './faults.ts';
import { suggest } from './suggest.ts';

/** Where one Azure cloud's token endpoint and vaults are. */
export interface Cloud {
  readonly name: string;
  /** Origin of the token endpoint, `https://host`. */
  readonly authority: string;
  /** A vault's host is `<vault>.<vaultSuffix>`. */
  readonly vaultSuffix: string;
  /** Audience of the tokens that vaults accept. */
  readonly resource: string;
  /** Suffix of the regional token endpoints, where the cloud has them. */
  readonly regionalSuffix?: string;
}

/** A cloud as the node configuration defines it. */
export interface CustomCloud {
  readonly authority: string;
  readonly vaultSuffix: string;
  readonly resource?: string | undefined;
}

/** Names and hosts as in go-autorest's environments.go, which the predecessor took its names from. */
const knownClouds: readonly Cloud[] = [
  cloud('AzurePublicCloud', 'login.microsoftonline.com', 'vault.azure.net', 'login.microsoft.com'),
  cloud('AzureUSGovernmentCloud', 'login.microsoftonline.us', 'vault.usgovcloudapi.net'),
  cloud('AzureChinaCloud', 'login.chinacloudapi.cn', 'vault.azure.cn'),
  cloud('AzureGermanCloud', 'login.microsoftonline.de', 'vault.microsoftazure.de'),
];

const DEFAULT_CLOUD_NAME = 'AzurePublicCloud';

/**
 * Finds a cloud by name, in any case; clouds of the node configuration come first.
 * A name that is not found is added to `faults`.
 */
export function findCloud(
  name: string | undefined,
  custom: Readonly<Record<string, CustomCloud>>,
  faults: Faults,
): Cloud | undefined {
  const wanted = (name ?? DEFAULT_CLOUD_NAME).toLowerCase();
  for (const [customName, definition] of Object.entries(custom)) {
    if (customName.toLowerCase() === wanted) {
      const { authority, vaultSuffix, resource } = definition;
      return { name: customName, authority, vaultSuffix, resource: resource ?? `https://${vaultSuffix}` };
    }
  }
  const known = knownClouds.find((candidate) => candidate.name.toLowerCase() === wanted);
  if (known) return known;
  const names = [...knownClouds.map((candidate) => candidate.name), ...Object.keys(custom)];
  const near = suggest(wanted, names);
  const hint = near ? `; did you mean ${near}?` : '';
  faults.add('cloudname', `${JSON.stringify(name)} is not a known cloud${hint} (known: ${names.join(', ')})`);
  return undefined;
}

function cloud(name: string, loginHost: string, vaultSuffix: string, regionalSuffix?: string): Cloud {
  return {
    name,
    authority: `https://${loginHost}`,
    vaultSuffix,
    resource: `https://${vaultSuffix}`,
    ...(regionalSuffix === undefined ? {} : { regionalSuffix }),
  };
}
