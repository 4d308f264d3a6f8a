import { compileGlob } from '../keyvault/glob.ts';
import type { Faults } from './faults.ts';
import type { Field } from './field.ts';
import { objectTypes } from './items.ts';
import { readMap } from './map-fields.ts';
import { checkedText, oneOf, text } from './scalars.ts';
import { isMap, type Structure } from './structure.ts';

/** As many as Key Vault lets an object have. */
const MAX_TAGS = 15;

type Tags = { readonly [key: string]: Structure };

const mapOfTags: Field<Tags> = (value) =>
  isMap(value as Structure)
    ? { value: value as Tags }
    : { fault: 'must be a map of tags such as {app: shop}' };

/** Every key of an item's `select`. */
export const selectFields = {
  type: oneOf(objectTypes),
  name: checkedText(faultOfPattern),
  tags: mapOfTags,
} as const;

export interface WrittenSelection {
  readonly type: (typeof objectTypes)[number] | undefined;
  readonly name: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** Reads `select`; undefined when it is none. */
export function readSelection(written: Structure, at: string, faults: Faults): WrittenSelection | undefined {
  const before = faults.count;
  const values = readMap(written, selectFields, at, '{name: "db-*"} or {tags: {app: shop}}', faults);
  if (values === undefined) return undefined;
  const tags = readTags(values.tags ?? {}, at, faults);
  if (values.name === undefined && Object.keys(tags).length === 0 && faults.count === before) {
    faults.add(at, 'selects nothing; give a name pattern or tags (name: "*" selects all)');
  }
  return { type: values.type, name: values.name, tags };
}

function readTags(written: Tags, at: string, faults: Faults): Readonly<Record<string, string>> {
  const entries = Object.entries(written);
  if (entries.length > MAX_TAGS) {
    faults.add(`${at}.tags`, `names ${entries.length} tags, but an object has at most ${MAX_TAGS}`);
    return {};
  }
  // fromEntries defines own properties, so that a tag may have any name.
  return Object.fromEntries(
    entries.map(([key, value]) => {
      const read = text(value);
      if (read.fault !== undefined)
        faults.add(`${at}.tags`, `the value of ${JSON.stringify(key.slice(0, 80))} must be a text; quote it`);
      return [key, read.fault === undefined ? read.value : ''];
    }),
  );
}

function faultOfPattern(pattern: string): string | undefined {
  const compiled = compileGlob(pattern);
  return typeof compiled === 'string' ? compiled : undefined;
}
