import { DriverError } from '../../errors.ts';
import type { CombinedFile } from '../../options/items.ts';
import type { OwnedFile } from '../collisions.ts';
import { contentFault } from '../content-fault.ts';
import { dotenvEntry, variableName } from './dotenv.ts';
import { propertiesEntry } from './properties.ts';

/** An object that goes into a combined file. */
interface CombinedObject {
  /** The path of its file, had it one of its own. */
  readonly path: string;
  /** The path is an alias, not just the object's name. */
  readonly isAlias: boolean;
  readonly bytes: Uint8Array;
  /** What it is, for messages. */
  readonly owner: string;
}

export interface Combiner {
  /** @throws DriverError `ObjectContentInvalid` when it cannot be an entry of the file */
  add(object: CombinedObject): void;
  /** Objects that would have one key, `FilesCollide`. */
  collisions(): DriverError[];
  file(): OwnedFile;
}

/** Collects objects as the entries of one file, in order. */
export function createCombiner({ file, format }: CombinedFile): Combiner {
  const entries: string[] = [];
  const owners = new Map<string, string[]>();
  return {
    add({ path, isAlias, bytes, owner }) {
      const key = keyOf(format, path, isAlias);
      entries.push(entry(format, key, textOf(bytes)));
      owners.set(key, [...(owners.get(key) ?? []), owner]);
    },
    collisions() {
      return [...owners]
        .filter(([, objects]) => objects.length > 1)
        .map(
          ([key, objects]) =>
            new DriverError(
              'FilesCollide',
              `${objects.join(' and ')} would both be ${key} in ${JSON.stringify(file)}; give one another alias, or select less`,
            ),
        );
    },
    file() {
      const bytes = new TextEncoder().encode(documentOf(format, entries));
      return { path: file, bytes, mode: undefined, owner: 'the combined file (combine)' };
    },
  };
}

/** The path itself; in a dotenv file a variable's name made from it. */
function keyOf(format: CombinedFile['format'], path: string, isAlias: boolean): string {
  if (format !== 'dotenv') return path;
  const name = variableName(path, isAlias);
  if (name !== undefined) return name;
  throw contentFault(
    `no variable's name can be made from ${JSON.stringify(path)}; give it an alias of the letters A to Z, digits and underscores`,
  );
}

function entry(format: CombinedFile['format'], key: string, value: string): string {
  switch (format) {
    case 'dotenv':
      return dotenvEntry(key, value);
    case 'properties':
      return propertiesEntry(key, value);
    case 'json':
      return `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`;
  }
}

/** JSON is put together as text, because an object would move keys such as "10" to its front. */
function documentOf(format: CombinedFile['format'], entries: readonly string[]): string {
  if (format !== 'json') return entries.join('');
  return entries.length === 0 ? '{}\n' : `{\n${entries.join(',\n')}\n}\n`;
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw contentFault(
      'it is binary (not UTF-8), which a combined file cannot hold; choose a text form with format or encoding, or drop combine',
    );
  }
}
