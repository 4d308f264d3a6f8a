/**
 * Globs over object names: `*`, `?`, `[a-z]`, `[!a-z]` and `{one,other}`, without regard to case. Own code, as every
 * translation to a regular expression can be made to backtrack for minutes by a pod's author, and a regular
 * expression cannot be interrupted: this one takes at most pattern × name steps.
 */

const MAX_LENGTH = 256;
const MAX_ALTERNATIVES = 64;

export type Token =
  | { readonly kind: 'star' }
  | {
      readonly kind: 'one';
      /** The character that stands for itself alone; undefined for a wildcard. */
      readonly literal?: string;
      matches(character: string): boolean;
    };

const STAR: Token = { kind: 'star' };
const ANY: Token = { kind: 'one', matches: () => true };
/** One token for each character that stands for itself: a pattern of many needs no memory for each. */
const LITERALS: ReadonlyMap<string, Token> = new Map(
  [...'0123456789abcdefghijklmnopqrstuvwxyz-.'].map((character) => [character, literal(character)]),
);

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
  const fault = faultOfCharacters(pattern, dots);
  if (fault !== undefined) return fault;
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

function faultOfCharacters(pattern: string, dots: boolean): string | undefined {
  if (pattern.length === 0 || pattern.length > MAX_LENGTH) return `must have 1 to ${MAX_LENGTH} characters`;
  if ((dots ? /^[0-9A-Za-z*?[\]{},!^.-]*$/ : /^[0-9A-Za-z*?[\]{},!^-]*$/).test(pattern)) return undefined;
  return `may only hold letters, digits, dashes${dots ? ', dots' : ''} and the wildcards * ? [a-z] [!a-z] {one,other}`;
}

/** `a{b,c}d` → `abd`, `acd`. Braces do not nest. Nothing is written out before it is known how much that is. */
export function expandBraces(pattern: string): string[] | string {
  const parts = partsOf(pattern);
  if (typeof parts === 'string') return parts;
  return parts.reduce(
    (expanded, options) => expanded.flatMap((before) => options.map((option) => before + option)),
    [''],
  );
}

/**
 * How many characters a pattern has with its alternatives written out, counted without doing so. A pattern that is none
 * counts as it is written.
 */
export function expandedLength(pattern: string): number {
  if (pattern.length > MAX_LENGTH) return pattern.length;
  const parts = partsOf(pattern);
  if (typeof parts === 'string') return pattern.length;
  const alternatives = parts.reduce((count, options) => count * options.length, 1);
  return parts.reduce(
    (length, options) => length + options.join('').length * (alternatives / options.length),
    0,
  );
}

/** For each part of a pattern its alternatives, one where it has no braces; or what is wrong with it. */
function partsOf(pattern: string): string[][] | string {
  if (pattern.length > MAX_LENGTH) return `must have 1 to ${MAX_LENGTH} characters`;
  const parts: string[][] = [];
  let alternatives = 1;
  for (const part of pattern.split(/(\{[^{}]*\})/)) {
    const choice = /^\{(.*)\}$/.exec(part)?.[1];
    if (choice === undefined && /[{},]/.test(part))
      return 'has a brace or comma without its pair; braces do not nest';
    const options = choice === undefined ? [part] : choice.split(',');
    alternatives *= options.length;
    if (alternatives > MAX_ALTERNATIVES) return `has more than ${MAX_ALTERNATIVES} alternatives in braces`;
    parts.push(options);
  }
  return parts;
}

function tokenize(pattern: string): Token[] | string {
  const tokens: Token[] = [];
  // A set's first character after [ or [! is literal in other dialects; here a set must not be empty.
  for (const [text] of pattern.matchAll(/\[([!^]?)([^\][]+)\]|[\s\S]/g)) {
    if (text === '*') {
      if (tokens.at(-1)?.kind !== 'star') tokens.push(STAR);
    } else if (text === '?') {
      tokens.push(ANY);
    } else if (text.length > 1) {
      tokens.push({ kind: 'one', matches: setOf(text.slice(1, -1)) });
    } else if (/[[\]!^]/.test(text)) {
      return `has a ${text} that is not part of a set such as [a-z]`;
    } else {
      tokens.push(LITERALS.get(text) ?? literal(text));
    }
  }
  return tokens;
}

function literal(character: string): Token {
  return { kind: 'one', literal: character, matches: (other) => other === character };
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
