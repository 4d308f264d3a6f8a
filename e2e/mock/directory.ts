import type { Cloud, PodIdentity, Principal, Seed } from './seed/schema.ts';
import { type IssuedToken, Tokens } from './tokens.ts';
import { VaultStore } from './vault/store.ts';

/** Everything the roles know and control can change; `reset` goes back to the seed. */
export class Directory {
  readonly #seed: Seed;
  readonly #managed = new Map<string, Promise<IssuedToken>>();
  tokens!: Tokens;
  principals!: Principal[];
  podIdentities!: PodIdentity[];
  issuers!: Seed['issuers'];
  vaults!: VaultStore[];
  /** The only versions of Key Vault's API that vaults know, newest first; undefined means those of the public cloud. */
  apiVersions: readonly string[] | undefined;

  constructor(seed: Seed) {
    this.#seed = seed;
    this.reset();
  }

  reset(): void {
    const fresh = structuredClone(this.#seed);
    this.tokens = new Tokens(fresh);
    this.apiVersions = undefined;
    this.#managed.clear();
    this.principals = fresh.principals;
    this.podIdentities = fresh.podIdentities;
    this.issuers = fresh.issuers;
    this.vaults = fresh.vaults.map((vault) => new VaultStore(vault));
  }

  get clouds(): Cloud[] {
    return this.#seed.clouds;
  }

  get tenants(): Seed['tenants'] {
    return this.#seed.tenants;
  }

  get imds(): Seed['imds'] {
    return this.#seed.imds;
  }

  principal(name: string): Principal | undefined {
    return this.principals.find((one) => one.name === name);
  }

  principalOfClient(clientId: string): Principal | undefined {
    return this.principals.find((one) => one.clientId === clientId.toLowerCase());
  }

  vault(name: string): VaultStore | undefined {
    return this.vaults.find((one) => one.name === name.toLowerCase());
  }

  /** The cloud whose token endpoint has this host name. */
  cloudOfAuthority(host: string): Cloud | undefined {
    return this.clouds.find((cloud) => cloud.authorities.some((pattern) => hostMatches(pattern, host)));
  }

  /** The cloud one of whose resources this is, with or without a slash at its end. */
  cloudOfResource(resource: string): Cloud | undefined {
    return this.clouds.find((cloud) => isResourceOf(cloud, resource));
  }

  vaultOfHost(host: string): { cloud: Cloud; vault: VaultStore } | undefined {
    const cloud = this.clouds.find((one) => host.endsWith(`.${one.vaultSuffix}`));
    const vault = cloud && this.vault(host.slice(0, -cloud.vaultSuffix.length - 1));
    return cloud && vault && { cloud, vault };
  }

  /**
   * A token for a managed identity; undefined when no cloud has the resource. The metadata service gives the same one
   * again while it is valid, to NMI too. Source: Microsoft Entra documentation, "How managed identities for Azure
   * resources work", token caching.
   */
  async managedToken(principal: Principal, resource: string): Promise<IssuedToken | undefined> {
    const cloud = this.cloudOfResource(resource);
    if (cloud === undefined) return undefined;
    const { lifetimeSeconds, aheadSeconds } = this.tokens;
    const key = JSON.stringify([principal.name, resource, lifetimeSeconds, aheadSeconds]);
    const issued = this.#managed.get(key) ?? this.tokens.issue(principal, cloud, resource);
    this.#managed.set(key, issued);
    return issued;
  }

  /** Managed identities get new tokens from now on, as when the ones they have are about to expire. */
  renewManagedTokens(): void {
    this.#managed.clear();
  }
}

export function isResourceOf(cloud: Cloud, resource: string): boolean {
  const bare = resource.replace(/\/+$/, '').toLowerCase();
  return [cloud.resource, ...cloud.otherResources, VAULT_APPLICATION].some(
    (one) => one.toLowerCase() === bare,
  );
}

/** Application id of Key Vault in every tenant; tokens may name it as their audience. */
export const VAULT_APPLICATION = 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093';

function hostMatches(pattern: string, host: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === host;
  const [label, ...rest] = host.split('.');
  return label !== '' && rest.join('.') === pattern.slice(2);
}
