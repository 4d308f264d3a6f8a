import { ClientSecretCredential } from '@azure/identity';
import { LoopbackAgent, throughAgent } from '../mock/loopback.ts';
import { loadSeed, principalOf } from '../mock/seed.ts';
import { type VaultClients, vaultClients } from '../real/clients.ts';
import { fillVault } from '../real/fill.ts';
import { exampleObjects, exampleVaults } from '../real/objects.ts';
import type { EndToEndState } from './state.ts';
import { step } from './steps.ts';

type Mock = Pick<EndToEndState, 'mockAzure'>;

/** Puts what docs/examples read into the mock's vaults, in the way it is put into real ones. */
export async function fillMockVaults(mock: Mock): Promise<void> {
  await step('put the objects of the examples into the mock’s vaults', async () => {
    for (const vault of exampleVaults)
      await fillVault(await mockVaultClients(mock, vault, 'writer'), exampleObjects[vault]);
  });
}

/** The Azure SDK's clients of one vault of the mock, for an application of the seed. */
export async function mockVaultClients(
  { mockAzure }: Mock,
  vault: string,
  application: string,
): Promise<VaultClients> {
  const { tenant, clientId, secrets } = principalOf(await loadSeed(), application);
  const { address, port, caPem } = mockAzure;
  // without keep-alive, as nobody closes it
  const agent = new LoopbackAgent({ ports: { tls: [port] }, caPem }, { address, keepAlive: false });
  const options = { additionalPolicies: [throughAgent(agent)] };
  return vaultClients(
    vault,
    new ClientSecretCredential(tenant, clientId, secrets[0] ?? '', options),
    options,
  );
}
