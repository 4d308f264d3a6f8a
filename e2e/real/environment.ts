import type { ExampleVault } from './objects.ts';

/** A real tenant and its vaults, from the environment. */
export type RealAzure = {
  readonly tenant: string;
  /** The service principal that reads the vaults in the cases. */
  readonly clientId: string;
  readonly clientSecret: string;
  readonly vaults: Readonly<Record<ExampleVault, string>>;
};

const variables = {
  tenant: 'E2E_AZURE_TENANT_ID',
  clientId: 'E2E_AZURE_CLIENT_ID',
  clientSecret: 'E2E_AZURE_CLIENT_SECRET',
  testkv: 'E2E_AZURE_VAULT',
  otherkv: 'E2E_AZURE_OTHER_VAULT',
  fallbackkv: 'E2E_AZURE_FALLBACK_VAULT',
} as const;

export const realVariables: readonly string[] = Object.values(variables);

/**
 * The real Azure that the cases are to run against too; undefined when no `E2E_AZURE_…` variable is set.
 * @throws when only some of them are set
 */
export function realAzure(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): RealAzure | undefined {
  const missing = realVariables.filter((name) => !environment[name]);
  if (missing.length === realVariables.length) return undefined;
  if (missing.length > 0)
    throw new Error(`a run against real vaults needs ${missing.join(', ')} too (docs/testing.md)`);
  const read = (name: keyof typeof variables): string => environment[variables[name]] ?? '';
  return {
    tenant: read('tenant'),
    clientId: read('clientId'),
    clientSecret: read('clientSecret'),
    vaults: { testkv: read('testkv'), otherkv: read('otherkv'), fallbackkv: read('fallbackkv') },
  };
}
