import type { Asked, Asker } from './access.ts';
import { covers, type Pattern, patternOf, type Work } from './covers.ts';
import type { PolicyRule } from './policy.ts';

const ofAsker = {
  namespaces: (rule, { namespace }, work) => some(rule.namespaces, namespace, work),
  serviceAccounts: (rule, { serviceAccount }, work) => some(rule.serviceAccounts, serviceAccount, work),
  identities: ({ identities }, { identity }) => identities.includes('*') || identities.includes(identity),
} satisfies Record<string, (rule: PolicyRule, asker: Asker, work: Work) => boolean>;

export type AskerField = keyof typeof ofAsker;
export type AskedField = 'vaults' | 'objects';

const askerFields = Object.keys(ofAsker) as AskerField[];

/** The grants of a rule with their patterns read once, to check many objects. */
export interface Grant {
  readonly vaults: readonly Pattern[];
  readonly objects: readonly { readonly type: string; readonly names: Pattern }[];
}

/** Is the rule about this asker at all? */
export function concerns(rule: PolicyRule, asker: Asker, work: Work): boolean {
  return askerFields.every((field) => ofAsker[field](rule, asker, work));
}

export function grantOf({ vaults, objects }: PolicyRule): Grant {
  return {
    vaults: vaults.map(patternOf),
    objects: objects.map((object) => {
      const slash = object.indexOf('/');
      return { type: object.slice(0, slash), names: patternOf(object.slice(slash + 1)) };
    }),
  };
}

/** Does what a rule grants have this vault? */
export function grantsVault({ vaults }: Grant, vault: Pattern, work: Work): boolean {
  return vaults.some((pattern) => covers(pattern, vault, work));
}

/** Does it have all of these names of the type? */
export function grantsNames({ objects }: Grant, type: string, names: Pattern, work: Work): boolean {
  return objects.some(
    (object) => (object.type === '*' || object.type === type) && covers(object.names, names, work),
  );
}

/** The fields of a rule that do not match, for explanations. */
export function askerMismatches(rule: PolicyRule, asker: Asker, work: Work): AskerField[] {
  return askerFields.filter((field) => !ofAsker[field](rule, asker, work));
}

export function askedMismatches(rule: PolicyRule, { vault, type, names }: Asked, work: Work): AskedField[] {
  const grant = grantOf(rule);
  return [
    ...(grantsVault(grant, patternOf(vault), work) ? [] : (['vaults'] as const)),
    ...(grantsNames(grant, type, patternOf(names), work) ? [] : (['objects'] as const)),
  ];
}

function some(patterns: readonly string[], name: string, work: Work): boolean {
  const subject = patternOf(name);
  return patterns.some((pattern) => covers(patternOf(pattern), subject, work));
}
