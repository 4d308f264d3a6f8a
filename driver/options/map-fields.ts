import type * as z from 'zod';
import type { Faults } from './faults.ts';
import { quote } from './quote.ts';
import { isMap, pathOfKey, type Structure } from './structure.ts';
import { suggest } from './suggest.ts';

type FieldSchemas = Readonly<Record<string, z.ZodType<unknown>>>;

/** The parsed values of the keys that were written. */
export type FieldValues<Schemas extends FieldSchemas> = {
  readonly [Name in keyof Schemas]?: z.output<Schemas[Name]>;
};

/** A message names no more unknown keys of one map than these. */
const MAX_UNKNOWN = 10;

/**
 * Reads a map strictly: an unknown key is a fault, a key without a value counts as not written. Every fault is
 * added to `faults`, under the map's place `at` and the key.
 * @param example a map that is right, for the message when this is none
 */
export function readMap<Schemas extends FieldSchemas>(
  map: Structure,
  schemas: Schemas,
  at: string,
  example: string,
  faults: Faults,
): FieldValues<Schemas> | undefined {
  if (!isMap(map)) {
    faults.add(at, `must be a map such as ${example}`);
    return undefined;
  }
  const values: Record<string, unknown> = {};
  const unknown: string[] = [];
  for (const [key, value] of Object.entries(map)) {
    const schema = Object.hasOwn(schemas, key) ? schemas[key] : undefined;
    if (schema === undefined) unknown.push(key);
    else if (!isBlank(value)) {
      const result = schema.safeParse(value);
      if (result.success) values[key] = result.data;
      else for (const { message } of result.error.issues) faults.add(pathOfKey(at, key), message);
    }
  }
  for (const key of unknown.slice(0, MAX_UNKNOWN)) {
    faults.add(at, describeUnknown(key, Object.keys(schemas)));
  }
  return values as FieldValues<Schemas>;
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
