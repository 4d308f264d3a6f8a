import type { Cloud } from '../options/clouds.ts';

/** A vault's host, in one spelling: names of vaults have no case. */
export function hostOf(vault: string, { vaultSuffix }: Pick<Cloud, 'vaultSuffix'>): string {
  return `${vault.toLowerCase()}.${vaultSuffix}`;
}

/** What is asked of it is asked of this origin alone; the node agent keeps its answers under it. */
export function originOf(host: string): string {
  return new URL(`https://${host}`).origin;
}
