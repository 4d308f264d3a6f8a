import type { Asked, Asker } from './access.ts';
import { covers } from './covers.ts';
import type { PolicyRule } from './policy.ts';

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

const askerFields = Object.keys(ofAsker) as AskerField[];
const askedFields = Object.keys(ofAsked) as AskedField[];

/** Is the rule about this asker at all? */
export function concerns(rule: PolicyRule, asker: Asker): boolean {
  return askerFields.every((field) => ofAsker[field](rule, asker));
}

/** Does a rule that concerns the asker allow this? */
export function grants(rule: PolicyRule, asked: Asked): boolean {
  return askedFields.every((field) => ofAsked[field](rule, asked));
}

/** The fields of a rule that do not match, for explanations. */
export function askerMismatches(rule: PolicyRule, asker: Asker): AskerField[] {
  return askerFields.filter((field) => !ofAsker[field](rule, asker));
}

export function askedMismatches(rule: PolicyRule, asked: Asked): AskedField[] {
  return askedFields.filter((field) => !ofAsked[field](rule, asked));
}

function some(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => covers(pattern, name));
}
