import { DriverError } from '../errors.ts';
import type { MountRequest } from '../options/volume-options.ts';
import { type Asked, type AskedItem, type Asker, askedOf, askerOf } from './access.ts';
import type { Policy } from './policy.ts';
import { concerns, grants } from './rule.ts';

/**
 * Role control on the node, beside Azure's own: everything a volume could read must be allowed by some rule. A denial
 * names the policy and who asked, and is the same whatever was lacking, so that nobody feels his way to the rules, or
 * to what a vault holds.
 * @param policy undefined, or one that is not enabled, allows everything
 * @throws DriverError `PolicyDenied`
 */
export function enforcePolicy(
  policy: Policy | undefined,
  request: Pick<MountRequest, 'pod' | 'identity'> & { readonly items: readonly AskedItem[] },
): void {
  if (policy === undefined || !policy.enabled) return;
  const asker = askerOf(request);
  if (allows(policy, asker, askedOf(request.items))) return;
  const who = `namespace ${JSON.stringify(asker.namespace)}, service account ${JSON.stringify(asker.serviceAccount)}, ${asker.identity}`;
  throw new DriverError(
    'PolicyDenied',
    `the policy ${JSON.stringify(policy.name)} of this node does not allow this volume (${who}); ask the cluster's admin, who can test the policy`,
  );
}

/** Nothing asked for is nothing allowed: a volume without items is not this function's to wave through. */
export function allows({ rules }: Policy, asker: Asker, asked: readonly Asked[]): boolean {
  const concerning = rules.filter((rule) => concerns(rule, asker));
  return asked.length > 0 && asked.every((access) => concerning.some((rule) => grants(rule, access)));
}
