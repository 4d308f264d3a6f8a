import { DriverError } from '../errors.ts';
import type { MountRequest } from '../options/volume-options.ts';
import { type Asked, type AskedItem, type Asker, askedOf, askerOf } from './access.ts';
import { type Pattern, patternOf, type Work } from './covers.ts';
import type { Policy } from './policy.ts';
import { concerns, type Grant, grantOf, grantsNames, grantsVault } from './rule.ts';

/**
 * Most steps of one decision: comparisons of a pattern with what is asked for, and of their letters. 512 objects can be
 * held against 500 patterns that all concern the pod. A step takes 0.3 µs on the driver's runtime.
 */
const MAX_STEPS = 500_000;

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

/**
 * Decides on everything that a volume asks for. Nothing asked for is nothing allowed: a volume without items is not this
 * function's to wave through. What would take more work than a decision may is denied.
 * @param work is told what it took
 */
export function allows({ rules }: Policy, asker: Asker, asked: readonly Asked[], work = newWork()): boolean {
  const grants = rules.filter((rule) => concerns(rule, asker, work)).map(grantOf);
  const vaultsOf = new Map<string, readonly Grant[]>();
  const grantsOfVault = (vault: string) => {
    const known = vaultsOf.get(vault);
    if (known !== undefined) return known;
    const found = grantsFor(grants, patternOf(vault), work);
    vaultsOf.set(vault, found);
    return found;
  };
  return (
    asked.length > 0 &&
    asked.every(({ vault, type, names }) => {
      const subject = patternOf(names);
      return grantsOfVault(vault).some((grant) => grantsNames(grant, type, subject, work)) && work.left >= 0;
    })
  );
}

/** The work that one decision may take. */
export function newWork(): Work {
  return { left: MAX_STEPS };
}

function grantsFor(grants: readonly Grant[], vault: Pattern, work: Work): readonly Grant[] {
  return grants.filter((grant) => grantsVault(grant, vault, work));
}
