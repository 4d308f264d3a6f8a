import type { Identity } from '../options/identity.ts';

/** Which pods may have which objects. Source: docs/policy.md. */
export interface Policy {
  readonly enabled: boolean;
  /** Told in every denial, so nothing but a name. */
  readonly name: string;
  readonly rules: readonly PolicyRule[];
}

/** Lists of globs, of which one must match; a rule grants what all of its lists match. */
export interface PolicyRule {
  /** For the admin alone: what the rule is for. */
  readonly description?: string | undefined;
  readonly namespaces: readonly string[];
  readonly serviceAccounts: readonly string[];
  readonly vaults: readonly string[];
  /** `<type>/<name>`. */
  readonly objects: readonly string[];
  readonly identities: readonly (Identity['kind'] | '*')[];
}

/** What a policy has that does not write it. */
export const defaultPolicy: Pick<Policy, 'name' | 'rules'> = { name: 'node-policy', rules: [] };

export const MAX_RULES = 500;
/** Of one list of a rule. */
export const MAX_LISTED = 50;
export const MAX_DESCRIPTION = 200;
/** Each is held against each object of a volume, so a policy without bounds would be a mount without end. */
export const MAX_PATTERNS = 5000;

/** The kinds of identity that a rule can name; the compiler asks for one that the driver has and this list lacks. */
export const identityKinds = Object.keys({
  'service-principal': true,
  'pod-identity': true,
  'managed-identity': true,
  'workload-identity': true,
} satisfies Record<Identity['kind'], true>) as Identity['kind'][];

export function countPatterns(rules: readonly PolicyRule[]): number {
  return rules
    .map(({ namespaces, serviceAccounts, vaults, objects }) => [namespaces, serviceAccounts, vaults, objects])
    .flat(2).length;
}
