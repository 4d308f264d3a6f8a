import { pathOfKey, StructureFault } from './structure.ts';

const KEY_STRING_OR_BRACKET = /("[^"\\]*(?:\\.[^"\\]*)*")\s*:|"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g;

/** The list or map that is open, and where in it the reader stands. */
type Frame = { index: number } | { readonly keys: Set<string>; last: string };

/**
 * JSON.parse silently takes the last of two equal keys of a map.
 * @param json a text that JSON.parse took, so that only its brackets have to be followed
 * @throws StructureFault at the first map that holds a key twice
 */
export function refuseDuplicateKeys(json: string): void {
  const stack: Frame[] = [];
  for (const { 0: token, 1: key } of json.matchAll(KEY_STRING_OR_BRACKET)) {
    const frame = stack.at(-1);
    if (token === '{') stack.push({ keys: new Set(), last: '' });
    else if (token === '[') stack.push({ index: 0 });
    else if (token === '}' || token === ']') stack.pop();
    else if (token === ',' && frame && 'index' in frame) frame.index += 1;
    else if (key !== undefined && frame && 'keys' in frame) {
      const name: string = JSON.parse(key);
      if (frame.keys.has(name)) throw StructureFault.duplicateKey(pathOf(stack.slice(0, -1)), name);
      frame.keys.add(name);
      frame.last = name;
    }
  }
}

function pathOf(stack: readonly Frame[]): string {
  return stack.reduce(
    (path, frame) => ('index' in frame ? `${path}[${frame.index}]` : pathOfKey(path, frame.last)),
    '',
  );
}
