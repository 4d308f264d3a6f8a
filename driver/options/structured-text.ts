import { checkJson } from './json-keys.ts';
import { type Structure, StructureFault } from './structure.ts';

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
  let value: Structure;
  try {
    value = JSON.parse(text);
  } catch {
    const { parseYaml } = await import('./yaml-text.ts');
    return parseYaml(text);
  }
  checkJson(text);
  return value;
}
