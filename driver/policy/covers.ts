import { parseGlob, type Token } from '../keyvault/glob.ts';

/** What the names of Key Vault and Kubernetes are made of, in lower case. */
const ALPHABET = [...'0123456789abcdefghijklmnopqrstuvwxyz-.'];

/** A token together with the characters it stands for; undefined stands for any text. */
interface Letter {
  readonly token: Token;
  readonly characters: readonly string[] | undefined;
}

/** Parsed globs by their text: the same few patterns are held against each object of a volume. */
const parsed = new Map<string, readonly (readonly Letter[])[]>();

/**
 * Does `pattern` match every name that `subject` matches? A name without wildcards matches itself alone, so for one
 * this is plain matching. True is certain. False may be said of odd pairs, such as `*?` for `?*`, as one piece of the
 * subject is held against one piece of the pattern; what is not a glob or a name is never covered.
 */
export function covers(pattern: string, subject: string): boolean {
  const wide = lettersOf(pattern);
  const narrow = lettersOf(subject);
  return (
    narrow.length > 0 &&
    narrow.every((alternative) => wide.some((candidate) => absorbs(candidate, alternative)))
  );
}

/** Glob matching with the subject's tokens as letters; only a star absorbs a star. */
function absorbs(pattern: readonly Letter[], subject: readonly Letter[]): boolean {
  let at = 0;
  let position = 0;
  let star = -1;
  let resume = 0;
  while (position < subject.length) {
    const current = pattern[at];
    if (current?.token.kind === 'star') {
      star = at;
      resume = position;
      at += 1;
    } else if (current && contains(current.token, subject[position])) {
      at += 1;
      position += 1;
    } else if (star >= 0) {
      resume += 1;
      position = resume;
      at = star + 1;
    } else return false;
  }
  while (pattern[at]?.token.kind === 'star') at += 1;
  return at === pattern.length;
}

function contains(token: Token, letter: Letter | undefined): boolean {
  return token.kind === 'one' && letter?.characters?.every((character) => token.matches(character)) === true;
}

/** No alternatives, which nothing covers, for what is no glob. */
function lettersOf(glob: string): readonly (readonly Letter[])[] {
  const known = parsed.get(glob);
  if (known) return known;
  const tokens = parseGlob(glob, true);
  const letters = typeof tokens === 'string' ? [] : tokens.map((alternative) => alternative.map(letterOf));
  parsed.set(glob, letters);
  return letters;
}

function letterOf(token: Token): Letter {
  if (token.kind === 'star') return { token, characters: undefined };
  return { token, characters: ALPHABET.filter((character) => token.matches(character)) };
}
