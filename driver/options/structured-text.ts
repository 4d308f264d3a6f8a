import { checkJson } from './json-keys.ts';
import { MAX_DEPTH, MAX_VALUES, type Structure, StructureFault } from './structure.ts';

/** Linux hands a program no argument longer than 128 KiB, so this is never what stops an honest volume. */
const MAX_BYTES = 262_144;

/**
 * Parses the text of an option that is JSON or YAML. Plain scalars of YAML become numbers, booleans or null only
 * where nothing of what was written is lost: `0400` and a version of 32 digits stay texts.
 * @throws StructureFault when it is neither, repeats a key, or is too large
 */
export async function parseStructuredText(text: string): Promise<Structure> {
  if (new TextEncoder().encode(text).length > MAX_BYTES) {
    throw new StructureFault('', `must not be larger than ${MAX_BYTES / 1024} KiB`);
  }
  const value = isWorthATry(text) ? jsonOf(text) : undefined;
  if (value === undefined) {
    const { parseYaml } = await import('./yaml-text.ts');
    return parseYaml(text);
  }
  checkJson(text);
  return value;
}

/** @returns undefined when it is not JSON */
function jsonOf(text: string): Structure | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Is what JSON.parse would make of the text bounded, should it break off at its end? Counts brackets and colons outside of
 * texts. A list or map that is too deep or ends with another bracket is left to YAML, which refuses it for little.
 * @throws StructureFault for more keys and lists than an option has values
 */
function isWorthATry(text: string): boolean {
  const [first, last] = [text.trimStart()[0], text.trimEnd().at(-1)];
  if (first !== '[' && first !== '{') return true;
  if (last !== (first === '[' ? ']' : '}')) return false;
  let [depth, values, isText] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isText && character === '\\') at += 1;
    else if (character === '"') isText = !isText;
    else if (isText) continue;
    else if (character === '[' || character === '{') {
      depth += 1;
      values += 1;
    } else if (character === ']' || character === '}') depth -= 1;
    else if (character === ':') values += 1;
    if (depth > MAX_DEPTH + 1) return false;
    if (values > MAX_VALUES) throw StructureFault.tooMany();
  }
  return true;
}
