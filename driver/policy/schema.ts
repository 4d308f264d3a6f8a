import * as z from 'zod';
import { parseGlob } from '../keyvault/glob.ts';
import type { Identity } from '../options/identity.ts';

/** The kinds of identity that a rule can name; the compiler asks for one that the driver has and this list lacks. */
export const identityKinds = Object.keys({
  'service-principal': true,
  'pod-identity': true,
  'managed-identity': true,
  'workload-identity': true,
} satisfies Record<Identity['kind'], true>) as Identity['kind'][];

/** Kubernetes' names are in lower case, so a pattern with an upper-case letter would never match. */
const kubernetesName = glob('must be in lower case, as names in Kubernetes are', /^[^A-Z]*$/, true);

const vaultName = glob('', /^/);

const object = z.string().superRefine((pattern, context) => {
  const parts = /^(secret|key|cert|\*)\/(.*)$/s.exec(pattern);
  if (!parts) context.addIssue('must be <type>/<name>, the type being secret, key, cert or *');
  else addGlobFault(parts[2] ?? '', false, context);
});

const identity = z.enum([...identityKinds, '*'], `must be one of ${identityKinds.join(', ')} or *`);

/** Every key is required, so that a dimension that was forgotten is a fault and not an open door. */
const rule = z.strictObject({
  /** For the admin alone: what the rule is for. */
  description: z.string().max(200).optional(),
  namespaces: listOf(kubernetesName),
  serviceAccounts: listOf(kubernetesName),
  vaults: listOf(vaultName),
  objects: listOf(object),
  identities: listOf(identity),
});

/** Each is held against each object of a volume, so a policy without bounds would be a mount without end. */
const MAX_PATTERNS = 5000;

/** Schema of the node configuration's `policy`. Source: docs/policy.md. */
export const policySchema = z
  .strictObject({
    enabled: z.boolean(),
    /** Told in every denial, so nothing but a name. */
    name: z
      .string()
      .regex(
        /^[0-9A-Za-z][0-9A-Za-z._-]{0,62}$/,
        'must be a name of 1 to 63 letters, digits, dashes, dots and underscores',
      )
      .default('node-policy'),
    rules: z.array(rule).max(500).default([]),
  })
  .refine(({ rules }) => countPatterns(rules) <= MAX_PATTERNS, {
    path: ['rules'],
    message: `must not have more than ${MAX_PATTERNS} patterns in all`,
  });

export type Policy = z.infer<typeof policySchema>;
export type PolicyRule = z.infer<typeof rule>;

function countPatterns(rules: readonly PolicyRule[]): number {
  return rules
    .map(({ namespaces, serviceAccounts, vaults, objects }) => [namespaces, serviceAccounts, vaults, objects])
    .flat(2).length;
}

function listOf<T extends z.ZodType>(item: T) {
  return z.array(item).min(1, 'must name at least one; "*" stands for all').max(50);
}

function glob(otherFault: string, allowed: RegExp, dots = false) {
  return z.string().superRefine((pattern, context) => {
    if (allowed.test(pattern)) addGlobFault(pattern, dots, context);
    else context.addIssue(otherFault);
  });
}

function addGlobFault(pattern: string, dots: boolean, context: z.RefinementCtx): void {
  const parsed = parseGlob(pattern, dots);
  if (typeof parsed === 'string') context.addIssue(parsed);
}
