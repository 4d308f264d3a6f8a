/** What JSON and YAML have in common. Maps may hold any own key, `__proto__` too. */
export type Structure =
  | string
  | number
  | boolean
  | null
  | readonly Structure[]
  | { readonly [key: string]: Structure };

/** Deeper than anything an option means. */
export const MAX_DEPTH = 16;
/** More values than any option holds, aliases unfolded: 512 objects of all keys, and as many tags. */
export const MAX_VALUES = 20_000;

/** A fault of a structured text at a place within it, such as `[2].select`; the empty path is the whole. */
export class StructureFault extends Error {
  readonly path: string;

  constructor(path: string, text: string) {
    super(text);
    this.path = path;
  }

  static duplicateKey(path: string, key: string): StructureFault {
    return new StructureFault(path, `the key ${JSON.stringify(key.slice(0, 80))} is written twice`);
  }

  static tooDeep(path: string): StructureFault {
    return new StructureFault(path, `is nested deeper than ${MAX_DEPTH} levels`);
  }

  static tooMany(): StructureFault {
    return new StructureFault('', `holds more than ${MAX_VALUES} values`);
  }
}

/** `[2].select` for the key `select` of the item 2; keys that are no plain word are quoted. */
export function pathOfKey(path: string, key: string): string {
  return /^\w{1,40}$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key.slice(0, 40))}]`;
}

/** Is it a map, and neither a list nor a single value? */
export function isMap(value: Structure): value is { readonly [key: string]: Structure } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
