// Puts what docs/examples read into real vaults, and takes it away again:
//   node e2e/real/prepare.ts create | remove
// The vaults are those of E2E_AZURE_VAULT, E2E_AZURE_OTHER_VAULT and E2E_AZURE_FALLBACK_VAULT; whoever is logged in with
// `az login` (or AZURE_CLIENT_ID, …: see DefaultAzureCredential) needs set, create, import, delete and purge there.
import { DefaultAzureCredential } from '@azure/identity';
import { vaultClients } from './clients.ts';
import { realAzure, realVariables } from './environment.ts';
import { emptyVault, fillVault } from './fill.ts';
import { exampleObjects, exampleVaults } from './objects.ts';

const verbs = { create: fillVault, remove: emptyVault } as const;

async function main(verb: string | undefined): Promise<void> {
  if (verb !== 'create' && verb !== 'remove')
    throw new Error('usage: node e2e/real/prepare.ts create|remove');
  const azure = realAzure();
  if (azure === undefined) throw new Error(`set ${realVariables.join(', ')} first (docs/testing.md)`);
  const credential = new DefaultAzureCredential();
  for (const vault of exampleVaults) {
    await verbs[verb](vaultClients(azure.vaults[vault], credential), exampleObjects[vault]);
    console.log(`${azure.vaults[vault]}: ${verb === 'create' ? 'filled' : 'emptied'}`);
  }
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
