import type { DriverError } from '../errors.ts';
import { contentFault } from './content-fault.ts';
import { type PropertyNode, scanProperties } from './json-scan.ts';

/** Texts of the values that were asked for, each by its path; or why there is none. */
type PropertyReader = (path: string) => string;

const NOT_JSON = 'its text is not a JSON document';

/**
 * Reads any number of values of one JSON document in one pass over it. A string is taken as it is; a number, a boolean,
 * an object or a list is the very text that the document has there, so that 1.10 and large numbers stay what they are.
 * @param paths every path that the reader will be asked for: keys joined by dots; a dot (or backslash) of a key itself
 * has a backslash before it; of a list the index, from 0
 * @returns a function that throws DriverError `ObjectContentInvalid`, and what is wrong with the document
 */
function readProperties(
  document: string,
  paths: readonly string[],
): { fault: string | undefined; reader: PropertyReader } {
  const text = withoutMark(document);
  const wanted = treeOf(paths);
  const fault = scanProperties(text, wanted) ?? faultOfJson(text);
  return {
    fault,
    reader: (path) => {
      if (fault !== undefined) throw noProperty(fault, path);
      return valueAt(text, wanted, path);
    },
  };
}

/** As `readProperties`, of a document that is JSON or YAML. */
async function readDocument(document: string, paths: readonly string[]): Promise<PropertyReader> {
  const { fault, reader } = readProperties(document, paths);
  if (fault !== NOT_JSON) return reader;
  // Most documents are JSON, and shall not pay for what reads YAML.
  const { readYaml } = await import('./yaml-property.ts');
  const read = readYaml(withoutMark(document));
  return (path) => {
    if (read === undefined) throw noProperty('its text is neither a JSON nor a YAML document', path);
    return read(keysOf(path), path);
  };
}

/** Picks one value of a document, which is JSON or YAML. */
export type PickProperty = (document: string, path: string) => string | Promise<string>;

/** Picks any of these values: each document is read once, when the first of its values is picked. */
export function pickerOf(wanted: Iterable<readonly [document: string, path: string]>): PickProperty {
  const paths = new Map<string, string[]>();
  for (const [document, path] of wanted) {
    const known = paths.get(document);
    if (known === undefined) paths.set(document, [path]);
    else known.push(path);
  }
  const readers = new Map<string, Promise<PropertyReader>>();
  return async (document, path) => {
    const reader = readers.get(document) ?? readDocument(document, paths.get(document) ?? [path]);
    readers.set(document, reader);
    return (await reader)(path);
  };
}

/** One value of a JSON document. */
export function jsonProperty(document: string, path: string): string {
  return readProperties(document, [path]).reader(path);
}

function withoutMark(document: string): string {
  return document.replace(/^\ufeff/, '');
}

function noProperty(fault: string, path: string): DriverError {
  return contentFault(`${fault}, so it has no property ${JSON.stringify(path)}`);
}

function faultOfJson(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return NOT_JSON;
  }
}

function valueAt(text: string, wanted: PropertyNode, path: string): string {
  let node: PropertyNode | undefined = wanted;
  for (const key of keysOf(path)) {
    const parent: PropertyNode = node;
    node = parent.children.get(key);
    // The last of several members with one key counts, so a find within an earlier one is dropped.
    if (node === undefined || node.start < 0 || node.container !== parent.start) {
      throw contentFault(
        `its JSON document has no property ${JSON.stringify(path)}; check the path (keys joined by dots, "\\." for a dot within a key)`,
      );
    }
  }
  const value = text.slice(node.start, node.end);
  if (value === 'null')
    throw contentFault(`the property ${JSON.stringify(path)} of its JSON document is null`);
  if (!value.startsWith('"')) return value;
  const string = JSON.parse(value) as string;
  if (!string.isWellFormed())
    throw contentFault(`the property ${JSON.stringify(path)} of its JSON document is not valid Unicode`);
  return string;
}

function treeOf(paths: readonly string[]): PropertyNode {
  const root = newNode();
  for (const path of new Set(paths)) {
    let node = root;
    for (const key of keysOf(path)) {
      const child = node.children.get(key) ?? newNode();
      node.children.set(key, child);
      node = child;
    }
  }
  return root;
}

function newNode(): PropertyNode {
  return { children: new Map(), container: -1, start: -1, end: -1 };
}

function keysOf(path: string): string[] {
  const keys = [''];
  for (const [part] of path.matchAll(/\\[\\.]|./gsu)) {
    if (part === '.') keys.push('');
    else keys[keys.length - 1] += part.startsWith('\\') ? part.slice(-1) : part;
  }
  return keys;
}
