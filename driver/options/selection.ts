import { compileGlob, expandedLength } from '../keyvault/glob.ts';
import type { Faults } from './faults.ts';
import type { Field } from './field.ts';
import { objectTypes } from './items.ts';
import { readMap } from './map-fields.ts';
import { quote } from './quote.ts';
import { checkedText, oneOf, text } from './scalars.ts';
import { isMap, type Structure } from './structure.ts';

/** As many as Key Vault lets an object have. */
const MAX_TAGS = 15;

type Tags = { readonly [key: string]: Structure };

const mapOfTags: Field<Tags> = (value) =>
  isMap(value as Structure)
    ? { value: value as Tags }
    : { fault: 'must be a map of tags such as {app: shop}' };

/**
 * Most characters that the name patterns of one volume have together, the alternatives of their braces written out. The
 * policy is asked for each alternative, so this bounds what a volume costs before any of it is done.
 */
const MAX_PATTERN_CHARACTERS = 16_384;

/** Adds up what the patterns of one volume are, before they are looked into. */
export class PatternCount {
  #characters = 0;

  /** Takes a pattern; false when there is no room for it. */
  takes(pattern: string): boolean {
    this.#characters += expandedLength(pattern);
    return this.#characters <= MAX_PATTERN_CHARACTERS;
  }

  /** Tells the fault of all patterns together, if they have it. */
  report(faults: Faults): void {
    if (this.#characters <= MAX_PATTERN_CHARACTERS) return;
    faults.add(
      'objects',
      `has name patterns of ${this.#characters} characters, the alternatives in braces written out; a volume has at most ${MAX_PATTERN_CHARACTERS}: write fewer alternatives, or select by tags`,
    );
  }
}

/** Every key of an item's `select`. The name is looked into when it is known how much all of them are. */
export const selectFields = {
  type: oneOf(objectTypes),
  name: checkedText(() => undefined),
  tags: mapOfTags,
} as const;

export interface WrittenSelection {
  readonly type: (typeof objectTypes)[number] | undefined;
  readonly name: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** Reads `select`; undefined when it is none. */
export function readSelection(
  written: Structure,
  at: string,
  patterns: PatternCount,
  faults: Faults,
): WrittenSelection | undefined {
  const before = faults.count;
  const values = readMap(written, selectFields, at, '{name: "db-*"} or {tags: {app: shop}}', faults);
  if (values === undefined) return undefined;
  const name = readPattern(values.name, at, patterns, faults);
  const tags = readTags(values.tags ?? {}, at, faults);
  if (name === undefined && Object.keys(tags).length === 0 && faults.count === before) {
    faults.add(at, 'selects nothing; give a name pattern or tags (name: "*" selects all)');
  }
  return { type: values.type, name, tags };
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

/** Undefined for none, and with its fault told for what is none. */
function readPattern(
  written: string | undefined,
  at: string,
  patterns: PatternCount,
  faults: Faults,
): string | undefined {
  if (written === undefined || !patterns.takes(written)) return written;
  const compiled = compileGlob(written);
  if (typeof compiled !== 'string') return written;
  faults.add(`${at}.name`, `${quote(written)} ${compiled}`);
  return undefined;
}
