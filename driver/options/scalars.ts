import { type Field, meaning } from './field.ts';
import { parseFileMode } from './file-mode.ts';
import { quote } from './quote.ts';

/**
 * A text, or a number or boolean that was not quoted and is a text all the same (`version: 12…`). Numbers that
 * JavaScript would not give back as they were written are refused.
 */
export const text: Field<string> = (value) =>
  typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value)
    ? { value: String(value) }
    : { fault: 'must be a text; quote it' };

/** A text, trimmed, of which `faultOf` says what is wrong with it, or undefined. */
export function checkedText(faultOf: (text: string) => string | undefined): Field<string> {
  return (value) => {
    const read = text(value);
    if (read.fault !== undefined) return read;
    const trimmed = read.value.trim();
    const fault = faultOf(trimmed);
    return fault === undefined ? { value: trimmed } : { fault: `${quote(trimmed)} ${fault}` };
  };
}

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): Field<Word> {
  const list = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  const isWord = (value: string): value is Word => (words as readonly string[]).includes(value);
  const field = checkedText((value) => (isWord(value) ? undefined : `must be one of ${list}`));
  return meaning(field, (value) => value as Word);
}

/** `true` or `false`, quoted or not. */
export const flag: Field<boolean> = (value) => {
  const word = typeof value === 'string' || typeof value === 'boolean' ? String(value).trim() : '';
  return /^(true|false)$/i.test(word)
    ? { value: word.toLowerCase() === 'true' }
    : { fault: 'must be true or false' };
};

/** Permission bits. A number without a leading zero is decimal to YAML and JSON, octal to who wrote it. */
export const fileMode: Field<number> = (value) => {
  const mode =
    typeof value === 'string'
      ? parseFileMode(value.trim())
      : 'must be written in octal and in quotes, such as "0400": a bare number is decimal in YAML and JSON';
  if (typeof mode === 'number') return { value: mode };
  const shown = typeof value === 'string' || typeof value === 'number' ? `${quote(String(value))} ` : '';
  return { fault: `${shown}${mode}` };
};
