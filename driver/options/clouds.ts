import type { Faults } from './faults.ts';
import type { ObjectType } from './items.ts';
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
  /** Other hosts of the cloud's token endpoint, which its vaults name in their challenges. */
  readonly otherAuthorities?: readonly string[];
  /** Audience that a federated token may have beside the public cloud's. */
  readonly federationAudience?: string;
  /** Versions of Key Vault's API that its vaults know, by type of object; undefined means that it is found out. */
  readonly apiVersions?: ApiVersions;
  /** Its identities are those of an AD FS (Azure Stack), which has one directory and no tenants. */
  readonly adfs?: true;
}

type ApiVersions = Readonly<Partial<Record<ObjectType, readonly string[] | undefined>>>;

/** A cloud as the node configuration defines it. */
export interface CustomCloud {
  /** `https://host`, or `https://host/adfs`. */
  readonly authority: string;
  readonly vaultSuffix: string;
  readonly resource?: string | undefined;
  readonly apiVersions?: ApiVersions | undefined;
}

/** Names and hosts as in go-autorest's environments.go, which the predecessor took its names from. */
const knownClouds: readonly Cloud[] = [
  cloud('AzurePublicCloud', 'login.microsoftonline.com', 'vault.azure.net', {
    regionalSuffix: 'login.microsoft.com',
    otherAuthorities: ['login.windows.net'],
  }),
  cloud('AzureUSGovernmentCloud', 'login.microsoftonline.us', 'vault.usgovcloudapi.net', {
    otherAuthorities: ['login-us.microsoftonline.com'],
    federationAudience: 'api://AzureADTokenExchangeUSGov',
  }),
  cloud('AzureChinaCloud', 'login.chinacloudapi.cn', 'vault.azure.cn', {
    otherAuthorities: ['login.partner.microsoftonline.cn'],
    federationAudience: 'api://AzureADTokenExchangeChina',
  }),
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
      return customCloud(customName, definition);
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

/** An authority that ends in `/adfs`, as Azure Stack's own description of itself has it, is an AD FS. */
function customCloud(name: string, { authority, vaultSuffix, resource, apiVersions }: CustomCloud): Cloud {
  const origin = authority.replace(/\/adfs$/, '');
  return {
    name,
    authority: origin,
    vaultSuffix,
    resource: resource ?? `https://${vaultSuffix}`,
    ...(apiVersions === undefined ? {} : { apiVersions }),
    ...(origin === authority ? {} : { adfs: true }),
  };
}

function cloud(name: string, loginHost: string, vaultSuffix: string, more: Partial<Cloud> = {}): Cloud {
  return {
    name,
    authority: `https://${loginHost}`,
    vaultSuffix,
    resource: `https://${vaultSuffix}`,
    ...more,
  };
}
