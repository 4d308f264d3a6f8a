import type { Policy, PolicyRule } from '../policy.ts';
import { policySchema } from '../schema.ts';

/** A rule that allows the request of options/testing/valid-options.ts; each test changes what it is about. */
export const fittingRule: PolicyRule = {
  namespaces: ['shop'],
  serviceAccounts: ['web'],
  vaults: ['shop-vault'],
  objects: ['secret/db-password'],
  identities: ['service-principal'],
};

export function policyOf(...rules: readonly Partial<PolicyRule>[]): Policy {
  return policySchema.parse({
    enabled: true,
    name: 'shops',
    rules: rules.map((rule) => ({ ...fittingRule, ...rule })),
  });
}
