/**
 * Globs over object names: `*`, `?`, `[a-z]`, `[!a-z]` and `{one,other}`, without regard to case. Own code, as every
 * translation to a regular expression can be made to backtrack for minutes by a pod's author, and a regular
 * expression cannot be interrupted: this one takes at most pattern × name steps.
 */

const MAX_LENGTH = 256;
const MAX_ALTERNATIVES = 64;

export type Token = { readonly kind: 'star' } | { readonly kind: 'one'; matches(character: string): boolean };

/**
 * @returns a predicate over names, or what is wrong with the pattern, to be said after its name
 */
export function compileGlob(pattern: string): ((name: string) => boolean) | string {
  const compiled = parseGlob(pattern);
  if (typeof compiled === 'string') return compiled;
  return (name) => {
    const lower = name.toLowerCase();
    return compiled.some((tokens) => matches(tokens, lower));
  };
}

/**
 * @param dots whether names may have them: an object's or a vault's never does, so there they betray another dialect
 * @returns one list of tokens per alternative of the braces, or what is wrong with the pattern
 */
export function parseGlob(pattern: string, dots = false): (readonly Token[])[] | string {
  if (pattern.length === 0 || pattern.length > MAX_LENGTH) return `must have 1 to ${MAX_LENGTH} characters`;
  if (!(dots ? /^[0-9A-Za-z*?[\]{},!^.-]*$/ : /^[0-9A-Za-z*?[\]{},!^-]*$/).test(pattern)) {
    return `may only hold letters, digits, dashes${dots ? ', dots' : ''} and the wildcards * ? [a-z] [!a-z] {one,other}`;
  }
  const alternatives = expandBraces(pattern.toLowerCase());
  if (typeof alternatives === 'string') return alternatives;
  const parsed: Token[][] = [];
  for (const alternative of alternatives) {
    const tokens = tokenize(alternative);
    if (typeof tokens === 'string') return tokens;
    parsed.push(tokens);
  }
  return parsed;
}

/** `a{b,c}d` → `abd`, `acd`. Braces do not nest. */
export function expandBraces(pattern: string): string[] | string {
  let expanded = [''];
  for (const part of pattern.split(/(\{[^{}]*\})/)) {
    const choice = /^\{(.*)\}$/.exec(part)?.[1];
    if (choice === undefined && /[{},]/.test(part))
      return 'has a brace or comma without its pair; braces do not nest';
    const options = choice === undefined ? [part] : choice.split(',');
    if (expanded.length * options.length > MAX_ALTERNATIVES) {
      return `has more than ${MAX_ALTERNATIVES} alternatives in braces`;
    }
    expanded = expanded.flatMap((before) => options.map((option) => before + option));
  }
  return expanded;
}

function tokenize(pattern: string): Token[] | string {
  const tokens: Token[] = [];
  // A set's first character after [ or [! is literal in other dialects; here a set must not be empty.
  for (const [text] of pattern.matchAll(/\[([!^]?)([^\][]+)\]|[\s\S]/g)) {
    if (text === '*') {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
    } else if (text === '?') {
      tokens.push({ kind: 'one', matches: () => true });
    } else if (text.length > 1) {
      tokens.push({ kind: 'one', matches: setOf(text.slice(1, -1)) });
    } else if (/[[\]!^]/.test(text)) {
      return `has a ${text} that is not part of a set such as [a-z]`;
    } else {
      tokens.push({ kind: 'one', matches: (character) => character === text });
    }
  }
  return tokens;
}

function setOf(body: string): (character: string) => boolean {
  const negated = /^[!^]/.test(body);
  const members = body.replace(/^[!^]/, '');
  const ranges = [...members.matchAll(/(.)-(.)|(.)/g)].map(([, from, to, single]) =>
    single === undefined ? [from ?? '', to ?? ''] : [single, single],
  );
  return (character) =>
    ranges.some(([from = '', to = '']) => from <= character && character <= to) !== negated;
}

/** Goes back to the last star only, which is enough: an earlier one could match no more than it did. */
function matches(tokens: readonly Token[], name: string): boolean {
  let token = 0;
  let position = 0;
  let star = -1;
  let resume = 0;
  while (position < name.length) {
    const current = tokens[token];
    if (current?.kind === 'star') {
      star = token;
      resume = position;
      token += 1;
    } else if (current?.matches(name[position] ?? '')) {
      token += 1;
      position += 1;
    } else if (star >= 0) {
      resume += 1;
      position = resume;
      token = star + 1;
    } else return false;
  }
  while (tokens[token]?.kind === 'star') token += 1;
  return token === tokens.length;
}
