import { contentFault } from '../content-fault.ts';

/** Characters that no reader gives a meaning: not sh, not Docker, not Node.js. */
const PLAIN = /^[A-Za-z0-9_./:@%+,=-]*$/;

/**
 * One line (of several lines for a value of several) that `sh` reads back exactly, as `set -a; . file` does. Among the
 * forms that mean the value to `sh`, it has the one that most readers of .env files agree on (docs/forms.md).
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
  // A backslash before the closing quote hides that quote from many readers, which then take what follows for the value.
  if (!value.includes("'") && !value.endsWith('\\')) return `'${value}'`;
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
