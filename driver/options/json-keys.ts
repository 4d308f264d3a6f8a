import { MAX_DEPTH, MAX_VALUES, pathOfKey, StructureFault } from './structure.ts';

/** The list or map that is open, and where in it the reader stands. */
type Frame = { index: number } | { readonly keys: Set<string>; last: string };

/**
 * Refuses what JSON.parse takes and YAML is refused for: a key that is written twice, of which the last would silently
 * count; more levels or values than an option has use for. One pass, in which nothing is copied but keys.
 * @param json a text that JSON.parse took, so that only its brackets, commas and texts have to be followed
 * @throws StructureFault at the first fault
 */
export function checkJson(json: string): void {
  const stack: Frame[] = [];
  let values = 1;
  for (let at = 0; at < json.length; at += 1) {
    const frame = stack.at(-1);
    switch (json[at]) {
      case '"': {
        const start = at;
        at = endOfText(json, at);
        if (frame !== undefined && 'keys' in frame && isKey(json, at + 1)) {
          addKey(frame, JSON.parse(json.slice(start, at + 1)), stack);
          values += 1;
        }
        break;
      }
      case '[':
      case '{':
        if (stack.length > MAX_DEPTH) throw StructureFault.tooDeep('');
        stack.push(json[at] === '[' ? { index: 0 } : { keys: new Set(), last: '' });
        values += json[at] === '[' ? 1 : 0;
        break;
      case ']':
      case '}':
        stack.pop();
        break;
      case ',':
        if (frame !== undefined && 'index' in frame) {
          frame.index += 1;
          values += 1;
        }
        break;
    }
    if (values > MAX_VALUES) throw StructureFault.tooMany();
  }
}

function addKey(frame: { readonly keys: Set<string>; last: string }, name: string, stack: Frame[]): void {
  if (frame.keys.has(name)) throw StructureFault.duplicateKey(pathOf(stack.slice(0, -1)), name);
  frame.keys.add(name);
  frame.last = name;
}

/** Position of the quote that ends the text which begins at `start`. */
function endOfText(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); ; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json[end - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
}

/** Does a colon follow? */
function isKey(json: string, after: number): boolean {
  let at = after;
  while (' \t\r\n'.includes(json[at] ?? 'x')) at += 1;
  return json[at] === ':';
}

function pathOf(stack: readonly Frame[]): string {
  return stack.reduce(
    (path, frame) => ('index' in frame ? `${path}[${frame.index}]` : pathOfKey(path, frame.last)),
    '',
  );
}
