import { ClientSecretCredential } from '@azure/identity';
import { afterAll, beforeAll, describe } from 'vitest';
import { type VaultClients, vaultClients } from '../real/clients.ts';
import { type RealAzure, realAzure } from '../real/environment.ts';
import type { ExampleVault } from '../real/objects.ts';
import { mockAccount } from './mock-account.ts';
import { setFaults } from './mock-control.ts';
import { mockVaultClients } from './mock-vaults.ts';
import { hostsOf, nameHosts, setHosts } from './network.ts';
import type { EndToEndState } from './state.ts';

/** Who reads the vaults with which names; `clients` read them without the driver, for comparison. */
export type VaultsUnderTest = {
  readonly account: () => Promise<RealAzure>;
  readonly clients: (vault: ExampleVault) => Promise<VaultClients>;
  /** Makes a vault fail for the nodes while `action` runs. */
  readonly during: (failing: ExampleVault, action: () => Promise<void>) => Promise<void>;
};

/**
 * Defines cases twice: against the mock, and against the real vaults of `E2E_AZURE_…`; without those variables the
 * latter are reported as skipped.
 */
export function describeWithVaults(
  state: EndToEndState,
  title: string,
  define: (vaults: VaultsUnderTest) => void,
): void {
  const azure = realAzure();
  describe(`${title}, mock`, () => define(mockVaults(state)));
  describe.skipIf(azure === undefined)(`${title}, real Key Vault`, () => {
    const hosts = new Map<string, string[]>();
    beforeAll(async () => {
      for (const node of state.nodes) {
        const lines = await hostsOf(state, node);
        hosts.set(node, lines);
        await setHosts(
          state,
          node,
          lines.filter((line) => !line.includes('login.microsoftonline.com')),
        );
      }
    });
    define(realVaults(state, azure));
    afterAll(async () => {
      for (const [node, lines] of hosts) await setHosts(state, node, lines);
    });
  });
}

/** The mock's vaults, for cases that only the mock can serve. */
export function mockVaults(state: EndToEndState): VaultsUnderTest {
  return {
    account: mockAccount,
    clients: (vault) => mockVaultClients(state, vault, 'reader'),
    during: async (failing, action) => {
      const match = { role: 'vault', host: `${failing}.vault.azure.net` } as const;
      await setFaults(state, [{ match, action: { status: 503 } }]);
      await action().finally(() => setFaults(state, []));
    },
  };
}

function realVaults(state: EndToEndState, azure: RealAzure | undefined): VaultsUnderTest {
  const given = (): RealAzure => {
    if (azure === undefined) throw new Error('these cases are skipped without E2E_AZURE_… variables');
    return azure;
  };
  return {
    account: async () => given(),
    clients: async (vault) => {
      const { tenant, clientId, clientSecret, vaults } = given();
      return vaultClients(vaults[vault], new ClientSecretCredential(tenant, clientId, clientSecret));
    },
    during: async (failing, action) => {
      const host = `${given().vaults[failing]}.vault.azure.net`;
      // nothing listens there
      for (const node of state.nodes) await nameHosts(state, node, '127.0.0.1', [host]);
      await action().finally(async () => {
        for (const node of state.nodes) {
          const lines = await hostsOf(state, node);
          await setHosts(
            state,
            node,
            lines.filter((line) => line !== `127.0.0.1 ${host}`),
          );
        }
      });
    },
  };
}
