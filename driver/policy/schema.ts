import * as z from 'zod';
import {
  faultOfKubernetesName,
  faultOfObjectPattern,
  faultOfPolicyName,
  faultOfVaultPattern,
} from './patterns.ts';
import {
  countPatterns,
  defaultPolicy,
  identityKinds,
  MAX_DESCRIPTION,
  MAX_LISTED,
  MAX_PATTERNS,
  MAX_RULES,
  type Policy,
} from './policy.ts';

const identity = z.enum([...identityKinds, '*'], `must be one of ${identityKinds.join(', ')} or *`);

/** Every key is required, so that a dimension that was forgotten is a fault and not an open door. */
const rule = z.strictObject({
  description: z.string().max(MAX_DESCRIPTION).optional(),
  namespaces: listOf(text(faultOfKubernetesName)),
  serviceAccounts: listOf(text(faultOfKubernetesName)),
  vaults: listOf(text(faultOfVaultPattern)),
  objects: listOf(text(faultOfObjectPattern)),
  identities: listOf(identity),
});

/** Schema of the node configuration's `policy`. Source: docs/policy.md. */
export const policySchema = z
  .strictObject({
    enabled: z.boolean(),
    name: text(faultOfPolicyName).default(defaultPolicy.name),
    rules: z.array(rule).max(MAX_RULES).default([]),
  })
  .refine(({ rules }) => countPatterns(rules) <= MAX_PATTERNS, {
    path: ['rules'],
    message: `must not have more than ${MAX_PATTERNS} patterns in all`,
  }) satisfies z.ZodType<Policy>;

function listOf<T extends z.ZodType>(item: T) {
  return z.array(item).min(1, 'must name at least one; "*" stands for all').max(MAX_LISTED);
}

function text(faultOf: (text: string) => string | undefined) {
  return z.string().superRefine((value, context) => {
    const fault = faultOf(value);
    if (fault !== undefined) context.addIssue(fault);
  });
}
