import type { Faults } from './faults.ts';
import type { Field, ValueOf } from './field.ts';
import { quote } from './quote.ts';
import { isMap, pathOfKey, type Structure } from './structure.ts';
import { suggest } from './suggest.ts';

type Fields = Readonly<Record<string, Field<unknown>>>;

/** The parsed values of the keys that were written. */
export type FieldValues<Known extends Fields> = {
  readonly [Name in keyof Known]?: ValueOf<Known[Name]>;
};

/** A message names no more unknown keys of one map than these. */
const MAX_UNKNOWN = 10;

/**
 * Reads a map strictly: an unknown key is a fault, a key without a value counts as not written. Every fault is
 * added to `faults`, under the map's place `at` and the key.
 * @param example a map that is right, for the message when this is none
 */
export function readMap<Known extends Fields>(
  map: Structure,
  known: Known,
  at: string,
  example: string,
  faults: Faults,
): FieldValues<Known> | undefined {
  if (!isMap(map)) {
    faults.add(at, `must be a map such as ${example}`);
    return undefined;
  }
  const values: Record<string, unknown> = {};
  const unknown: string[] = [];
  for (const [key, value] of Object.entries(map)) {
    const field = Object.hasOwn(known, key) ? known[key] : undefined;
    if (field === undefined) unknown.push(key);
    else if (!isBlank(value)) {
      const read = field(value);
      if (read.fault === undefined) values[key] = read.value;
      else faults.add(pathOfKey(at, key), read.fault);
    }
  }
  for (const key of unknown.slice(0, MAX_UNKNOWN)) {
    faults.add(at, () => describeUnknown(key, Object.keys(known)));
  }
  return values as FieldValues<Known>;
}

function isBlank(value: Structure): boolean {
  return value === null || (typeof value === 'string' && value.trim() === '');
}

function describeUnknown(key: string, known: readonly string[]): string {
  if (key === '<<') return 'YAML merge keys ("<<") are not taken; write the keys out';
  // `objectName` and its like are how the Secrets Store CSI driver's Azure provider spells them.
  const near = suggest(key.slice(0, 80).replace(/^object(?=[A-Z])/, ''), known);
  return `${quote(key)} is not one of its keys (${near ? `did you mean ${near}?` : known.join(', ')})`;
}
