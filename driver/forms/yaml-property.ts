import { isMap, type Structure } from '../options/structure.ts';
import { parseYaml } from '../options/yaml-text.ts';
import { contentFault } from './content-fault.ts';

/**
 * Reads values of a YAML document. A text is taken as it is, and a number or boolean as it is written; a map or list is
 * given as JSON, as its lines mean nothing without those above them.
 * @returns undefined for a text that is not a map or list in YAML; a function of the keys to a value, which throws
 * DriverError `ObjectContentInvalid` and gets the path for its messages
 */
export function readYaml(text: string): ((keys: readonly string[], path: string) => string) | undefined {
  const document = parsed(text);
  if (typeof document !== 'object' || document === null) return undefined;
  return (keys, path) => {
    let value: Structure | undefined = document;
    for (const key of keys) value = memberOf(value, key);
    if (value === undefined) {
      throw contentFault(
        `its YAML document has no property ${JSON.stringify(path)}; check the path (keys joined by dots, "\\." for a dot within a key)`,
      );
    }
    if (value === null)
      throw contentFault(`the property ${JSON.stringify(path)} of its YAML document is null`);
    const found = typeof value === 'object' ? JSON.stringify(value) : String(value);
    if (!found.isWellFormed())
      throw contentFault(`the property ${JSON.stringify(path)} of its YAML document is not valid Unicode`);
    return found;
  };
}

/** Undefined where it is not YAML; what is wrong with it would quote it. */
function parsed(text: string): Structure | undefined {
  try {
    return parseYaml(text);
  } catch {
    return undefined;
  }
}

function memberOf(value: Structure | undefined, key: string): Structure | undefined {
  if (Array.isArray(value)) return /^(?:0|[1-9]\d*)$/.test(key) ? value[Number(key)] : undefined;
  if (value === undefined || !isMap(value)) return undefined;
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
