import { parseGlob, type Token } from '../keyvault/glob.ts';

/** What the names of Key Vault and Kubernetes are made of, in lower case. */
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz-.';
/** The alphabet has more letters than a number has bits for operators: a set of letters is two numbers. */
const HALF = 19;

/** A glob to hold another against. Whoever makes one keeps it for as long as one decision takes, and no longer. */
export type Pattern = readonly Alternative[];

/** One alternative of the braces. */
interface Alternative {
  /** The text before the first wildcard, which alone rules out most other names. */
  readonly prefix: string;
  readonly letters: readonly Letter[];
}

/** The letters that one token stands for, as bits; undefined stands for any text. */
type Letter = { readonly low: number; readonly high: number } | undefined;

/** Steps that a decision may still take. */
export interface Work {
  left: number;
}

/** One letter of each kind, however often a text has it. */
const LITERALS = new Map<string, Letter>([...ALPHABET].map((character) => [character, setOf(character)]));

/** A glob that is none has no alternatives, which nothing covers. */
export function patternOf(glob: string): Pattern {
  const alternatives = parseGlob(glob, true);
  if (typeof alternatives === 'string') return [];
  return alternatives.map((tokens) => {
    const letters = tokens.map(letterOf);
    return { prefix: prefixOf(tokens), letters };
  });
}

/**
 * Does `pattern` match every name that `subject` matches? A name without wildcards matches itself alone, so for one
 * this is plain matching. True is certain. False may be said of odd pairs, such as `*?` for `?*`, as one piece of the
 * subject is held against one piece of the pattern; what is not a glob or a name is never covered, and nothing is once
 * no work is left.
 */
export function covers(pattern: Pattern, subject: Pattern, work: Work): boolean {
  return (
    subject.length > 0 &&
    subject.every((narrow) =>
      pattern.some((wide) => mayCover(wide, narrow, work) && absorbs(wide, narrow, work)),
    )
  );
}

/** Both begin with letters that stand for themselves: where those differ, nothing else is looked at. */
function mayCover({ prefix }: Alternative, subject: Alternative, work: Work): boolean {
  work.left -= 1;
  return prefix.length <= subject.prefix.length
    ? subject.prefix.startsWith(prefix)
    : prefix.startsWith(subject.prefix);
}

/** Glob matching with the subject's tokens as letters; only a star absorbs a star. */
function absorbs({ letters: pattern }: Alternative, { letters: subject }: Alternative, work: Work): boolean {
  let at = 0;
  let position = 0;
  let star = -1;
  let resume = 0;
  while (position < subject.length) {
    work.left -= 1;
    if (work.left < 0) return false;
    if (at < pattern.length && pattern[at] === undefined) {
      star = at;
      resume = position;
      at += 1;
    } else if (contains(pattern[at], subject[position])) {
      at += 1;
      position += 1;
    } else if (star >= 0) {
      resume += 1;
      position = resume;
      at = star + 1;
    } else return false;
  }
  while (at < pattern.length && pattern[at] === undefined) at += 1;
  return at === pattern.length;
}

function contains(wide: Letter, narrow: Letter): boolean {
  return (
    wide !== undefined &&
    narrow !== undefined &&
    (narrow.low & ~wide.low) === 0 &&
    (narrow.high & ~wide.high) === 0
  );
}

function letterOf(token: Token): Letter {
  if (token.kind === 'star') return undefined;
  const character = literalOf(token);
  if (character !== undefined) return LITERALS.get(character);
  return setOf([...ALPHABET].filter((one) => token.matches(one)).join(''));
}

function prefixOf(tokens: readonly Token[]): string {
  const end = tokens.findIndex((token) => literalOf(token) === undefined);
  return tokens
    .slice(0, end < 0 ? tokens.length : end)
    .map(literalOf)
    .join('');
}

/** The character that stands for itself. */
function literalOf(token: Token): string | undefined {
  return token.kind === 'one' ? token.literal : undefined;
}

function setOf(characters: string): NonNullable<Letter> {
  let [low, high] = [0, 0];
  for (const character of characters) {
    const index = ALPHABET.indexOf(character);
    if (index < HALF) low |= 1 << index;
    else high |= 1 << (index - HALF);
  }
  return { low, high };
}
