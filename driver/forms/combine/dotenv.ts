import { contentFault } from '../content-fault.ts';

/** Characters that no reader gives a meaning: not sh, not Docker, not Node.js. */
const PLAIN = /^[A-Za-z0-9_./:@%+,=-]*$/;

/**
 * One line (of several lines for a value of several) that `sh` reads back exactly, as `set -a; . file` does. Readers
 * of .env files agree with it where they can: a plain value stands bare, any other in quotes that mean the same to
 * all, save for a value that has a single quote and one of " $ ` \ besides: only sh and Docker Compose know that form.
 * @throws DriverError `ObjectContentInvalid` for a value that no environment can hold
 */
export function dotenvEntry(key: string, value: string): string {
  if (value.includes('\0'))
    throw contentFault(
      'it has a NUL character, which no environment variable can hold; use combine format json',
    );
  return `${key}=${quoted(value)}\n`;
}

function quoted(value: string): string {
  if (PLAIN.test(value)) return value;
  if (!value.includes("'")) return `'${value}'`;
  return `"${value.replace(/["$`\\]/g, '\\$&')}"`;
}

/**
 * The variable's name: upper case, and an underscore for every other character than a letter or digit, or before a
 * leading digit. `db-password` is `DB_PASSWORD`. An alias that is a variable's name already stands as it is.
 * @returns undefined for a name with other letters than A to Z
 */
export function variableName(path: string, isAlias: boolean): string | undefined {
  if (isAlias && /^[A-Za-z_][A-Za-z0-9_]*$/.test(path)) return path;
  if (!/^[ -~]+$/.test(path)) return undefined;
  const name = path.toUpperCase().replace(/[^A-Z0-9]/g, '_');
  return /^\d/.test(name) ? `_${name}` : name;
}
