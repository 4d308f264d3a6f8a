import { contentFault } from './content-fault.ts';

/**
 * The text of one value of a JSON document. A string is taken as it is; a number, a boolean, an object or a list is
 * the very text that the document has there, so that 1.10 and large numbers stay what they are.
 * @param path keys joined by dots; a dot (or backslash) of a key itself has a backslash before it; of a list the
 * index, from 0
 * @throws DriverError `ObjectContentInvalid`
 */
export function jsonProperty(document: string, path: string): string {
  const text = document.replace(/^\ufeff/, '');
  try {
    JSON.parse(text);
  } catch {
    throw contentFault(`its text is not a JSON document, so it has no property ${JSON.stringify(path)}`);
  }
  let position = skipBlanks(text, 0);
  for (const key of keysOf(path)) {
    const found = text[position] === '{' ? memberOf(text, position, key) : elementOf(text, position, key);
    if (found === undefined) {
      throw contentFault(
        `its JSON document has no property ${JSON.stringify(path)}; check the path (keys joined by dots, "\\." for a dot within a key)`,
      );
    }
    position = found;
  }
  const value = text.slice(position, endOfValue(text, position));
  if (value === 'null')
    throw contentFault(`the property ${JSON.stringify(path)} of its JSON document is null`);
  if (!value.startsWith('"')) return value;
  const string = JSON.parse(value) as string;
  if (!string.isWellFormed())
    throw contentFault(`the property ${JSON.stringify(path)} of its JSON document is not valid Unicode`);
  return string;
}

function keysOf(path: string): string[] {
  const keys = [''];
  for (const [part] of path.matchAll(/\\[\\.]|./gsu)) {
    if (part === '.') keys.push('');
    else keys[keys.length - 1] += part.startsWith('\\') ? part.slice(-1) : part;
  }
  return keys;
}

/** Position of the member's value; of several with one key the last counts, as everywhere in JavaScript. */
function memberOf(text: string, object: number, key: string): number | undefined {
  let found: number | undefined;
  for (let at = skipBlanks(text, object + 1); text[at] === '"'; ) {
    const end = endOfValue(text, at);
    const value = skipBlanks(text, skipBlanks(text, end) + 1);
    if (JSON.parse(text.slice(at, end)) === key) found = value;
    at = nextItem(text, value);
  }
  return found;
}

function elementOf(text: string, list: number, index: string): number | undefined {
  if (text[list] !== '[' || !/^(?:0|[1-9]\d{0,8})$/.test(index)) return undefined;
  let at = skipBlanks(text, list + 1);
  for (let left = Number(index); text[at] !== ']'; left--) {
    if (left === 0) return at;
    at = nextItem(text, at);
  }
  return undefined;
}

/** From an item's value to the start of the next item, or to the bracket that closes the list or object. */
function nextItem(text: string, value: number): number {
  const after = skipBlanks(text, endOfValue(text, value));
  return text[after] === ',' ? skipBlanks(text, after + 1) : after;
}

/** Where the value that starts at `at` ends. Only for text that JSON.parse has accepted. */
function endOfValue(text: string, at: number): number {
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]|[^\s",:[\]{}]+/y;
  let depth = 0;
  for (let position = at; position < text.length; ) {
    token.lastIndex = position;
    const match = token.exec(text)?.[0];
    if (match === undefined) {
      position++; // a blank, comma or colon within an object or list
      continue;
    }
    position += match.length;
    if (match === '{' || match === '[') depth++;
    else if (match === '}' || match === ']') depth--;
    if (depth === 0) return position;
  }
  return text.length;
}

function skipBlanks(text: string, at: number): number {
  let position = at;
  while (' \t\r\n'.includes(text[position] ?? 'x')) position++;
  return position;
}
