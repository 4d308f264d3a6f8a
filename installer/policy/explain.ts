import type { Asked, Asker } from '../../driver/policy/access.ts';
import type { Work } from '../../driver/policy/covers.ts';
import { allows, newWork } from '../../driver/policy/enforce.ts';
import type { Policy, PolicyRule } from '../../driver/policy/policy.ts';
import {
  type AskedField,
  type AskerField,
  askedMismatches,
  askerMismatches,
} from '../../driver/policy/rule.ts';

export interface Explanation {
  /** What the driver does. */
  readonly allowed: boolean;
  readonly text: string;
}

const TOO_MUCH =
  'Deciding on all of it would take more work than a mount may, so it is denied: ask for fewer objects in one volume, or join the patterns of the rules.';

/** Of a long list, so much is shown. */
const MAX_SHOWN = 8;

/** Decides as the driver does, and says why: by which rule, or of each rule why not. For an admin, who may see the rules. */
export function explain(
  policy: Policy | undefined,
  asker: Asker,
  asked: readonly Asked[],
  source: string,
): Explanation {
  if (policy === undefined) {
    return { allowed: true, text: `${source} has no policy, so every volume is allowed.` };
  }
  const work = newWork();
  const ruled = allows(policy, asker, asked, work);
  const count = policy.rules.length === 1 ? '1 rule' : `${policy.rules.length} rules`;
  const state = policy.enabled ? 'enabled' : 'NOT enabled';
  return {
    allowed: ruled || !policy.enabled,
    text: [
      `Policy "${policy.name}" of ${source}: ${state}, ${count}.`,
      `The pod's namespace is "${asker.namespace}", its service account "${asker.serviceAccount}", the identity ${asker.identity}.`,
      ...asked.flatMap((access) => ['', ...explainAccess(policy.rules, asker, access)]),
      ...(work.left < 0 ? ['', TOO_MUCH] : []),
      '',
      describeDecision(policy.enabled, ruled),
    ].join('\n'),
  };
}

function explainAccess(rules: readonly PolicyRule[], asker: Asker, asked: Asked): string[] {
  const verdicts = rules.map((rule, index) => {
    const name = `rule ${index + 1}${rule.description ? ` (${rule.description})` : ''}`;
    const reasons = [
      ...askerMismatches(rule, asker, unbounded()).map((field) =>
        lacks(field, rule[field], nameOf(field, asker)),
      ),
      ...askedMismatches(rule, asked, unbounded()).map((field) => lacksAsked(field, rule[field], asked)),
    ];
    return { name, reasons };
  });
  const what = `${asked.type}/${asked.names} of vault ${asked.vault}`;
  const allowing = verdicts.find(({ reasons }) => reasons.length === 0);
  if (allowing) return [`${what}: allowed by ${allowing.name}`];
  const why = verdicts.map(({ name, reasons }) => `  ${name}: ${reasons.join('; ')}`);
  return [`${what}: denied`, ...(why.length > 0 ? why : ['  there are no rules'])];
}

function nameOf(field: AskerField, { namespace, serviceAccount, identity }: Asker): string {
  switch (field) {
    case 'namespaces':
      return namespace;
    case 'serviceAccounts':
      return serviceAccount;
    case 'identities':
      return identity;
  }
}

function lacksAsked(field: AskedField, patterns: readonly string[], { vault, type, names }: Asked): string {
  if (field === 'vaults') return lacks(field, patterns, vault);
  const object = `${type}/${names}`;
  if (/^[0-9A-Za-z-]+$/.test(names)) return lacks(field, patterns, object);
  return `none of objects ${list(patterns)} covers all that "${object}" can match`;
}

function lacks(field: string, patterns: readonly string[], name: string): string {
  return `none of ${field} ${list(patterns)} matches "${name}"`;
}

function list(patterns: readonly string[]): string {
  const shown = patterns.slice(0, MAX_SHOWN).map((pattern) => `"${pattern}"`);
  const more = patterns.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function describeDecision(enabled: boolean, ruled: boolean): string {
  if (enabled) return ruled ? 'The volume is allowed.' : 'The volume is denied.';
  return `The volume is allowed, as the policy is not enabled; enabled, it would be ${ruled ? 'allowed' : 'denied'}.`;
}

/** An admin's question may take what it takes. */
function unbounded(): Work {
  return { left: Number.POSITIVE_INFINITY };
}
