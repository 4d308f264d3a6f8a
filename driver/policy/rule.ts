import type { Asked, Asker } from './access.ts';
import { covers } from './covers.ts';
import type { PolicyRule } from './schema.ts';

const ofAsker = {
  namespaces: (rule, { namespace }) => some(rule.namespaces, namespace),
  serviceAccounts: (rule, { serviceAccount }) => some(rule.serviceAccounts, serviceAccount),
  identities: ({ identities }, { identity }) => identities.includes('*') || identities.includes(identity),
} satisfies Record<string, (rule: PolicyRule, asker: Asker) => boolean>;

const ofAsked = {
  vaults: (rule, { vault }) => some(rule.vaults, vault),
  objects: ({ objects }, { type, names }) =>
    objects.some((object) => {
      const slash = object.indexOf('/');
      const ruled = object.slice(0, slash);
      return (ruled === '*' || ruled === type) && covers(object.slice(slash + 1), names);
    }),
} satisfies Record<string, (rule: PolicyRule, asked: Asked) => boolean>;

export type AskerField = keyof typeof ofAsker;
export type AskedField = keyof typeof ofAsked;

/** The fields of a rule that do not match; a rule allows where there are none. */
export function askerMismatches(rule: PolicyRule, asker: Asker): AskerField[] {
  return (Object.keys(ofAsker) as AskerField[]).filter((field) => !ofAsker[field](rule, asker));
}

export function askedMismatches(rule: PolicyRule, asked: Asked): AskedField[] {
  return (Object.keys(ofAsked) as AskedField[]).filter((field) => !ofAsked[field](rule, asked));
}

function some(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => covers(pattern, name));
}
