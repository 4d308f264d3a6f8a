import { loadSeed, principalOf } from '../mock/seed.ts';
import type { RealAzure } from '../real/environment.ts';

/** Who reads the mock's vaults, and their names, in the form of an account of Azure. */
export async function mockAccount(): Promise<RealAzure> {
  const { tenant, clientId, secrets } = principalOf(await loadSeed(), 'reader');
  const vaults = { testkv: 'testkv', otherkv: 'otherkv', fallbackkv: 'fallbackkv' };
  return { tenant, clientId, clientSecret: secrets[0] ?? '', vaults };
}
