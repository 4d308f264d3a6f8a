import * as z from 'zod';
import { parseFileMode } from './file-mode.ts';
import { quote } from './quote.ts';

/**
 * A text, or a number or boolean that was not quoted and is a text all the same (`version: 12…`). Numbers that
 * JavaScript would not give back as they were written are refused.
 */
export const text = z
  .custom<string | number | boolean>(isScalar, 'must be a text; quote it')
  .transform((value) => String(value));

/** A text, trimmed, of which `fault` says what is wrong with it, or undefined. */
export function checkedText(fault: (text: string) => string | undefined) {
  return text
    .transform((value) => value.trim())
    .superRefine((value, context) => {
      const message = fault(value);
      if (message !== undefined) context.addIssue({ code: 'custom', message: `${quote(value)} ${message}` });
    });
}

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]) {
  const list = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  return checkedText((value) =>
    (words as readonly string[]).includes(value) ? undefined : `must be one of ${list}`,
  ).transform((value) => value as Word);
}

/** `true` or `false`, quoted or not. */
export const flag = z
  .custom<string | boolean>(
    (value) =>
      typeof value === 'boolean' || (typeof value === 'string' && /^(true|false)$/i.test(value.trim())),
    'must be true or false',
  )
  .transform((value) => String(value).trim().toLowerCase() === 'true');

/** Permission bits. A number without a leading zero is decimal to YAML and JSON, octal to who wrote it. */
export const fileMode = z.unknown().transform((value, context): number => {
  const mode =
    typeof value === 'string'
      ? parseFileMode(value.trim())
      : 'must be written in octal and in quotes, such as "0400": a bare number is decimal in YAML and JSON';
  if (typeof mode === 'number') return mode;
  const shown = typeof value === 'string' || typeof value === 'number' ? `${quote(String(value))} ` : '';
  context.addIssue({ code: 'custom', message: `${shown}${mode}` });
  return z.NEVER;
});

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value);
}
