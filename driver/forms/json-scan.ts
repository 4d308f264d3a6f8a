/** Deeper than any document that a property is picked of. */
const MAX_DEPTH = 64;

/** A value that is wanted of a document, and where it was found. */
export interface PropertyNode {
  /** Properties within this one, by key or index. */
  readonly children: Map<string, PropertyNode>;
  /** Where the object or list starts that it was last found in; -1 for none. */
  container: number;
  start: number;
  end: number;
}

/** An object or list that is open. */
interface Frame {
  /** The property that this value is part of; undefined if no path leads here. */
  readonly wanted: PropertyNode | undefined;
  readonly start: number;
  /** Position in a list, from 0. */
  index: number;
  readonly isList: boolean;
}

/**
 * Finds what is wanted in one pass over a text, without recursion. In a text that is not JSON it finds anything or
 * nothing, and ends: whoever asks has to see whether it is JSON.
 * @returns what is wrong with the text, to be said of it
 */
export function scanProperties(text: string, root: PropertyNode): string | undefined {
  const open: Frame[] = [];
  /** The wanted value that starts next, if one does. */
  let next: PropertyNode | undefined = root;
  const close = (end: number) => {
    const frame = open.pop();
    if (frame?.wanted !== undefined) frame.wanted.end = end;
  };
  root.container = 0;
  for (let at = 0; at < text.length; at += 1) {
    const frame = open.at(-1);
    const character = text[at];
    switch (character) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
      case ':':
        break;
      case ',':
        next = undefined;
        if (frame?.isList) {
          frame.index += 1;
          next = elementOf(frame);
        }
        break;
      case '{':
      case '[': {
        if (open.length >= MAX_DEPTH) return `its JSON document is nested deeper than ${MAX_DEPTH} levels`;
        if (next !== undefined) next.start = at;
        const opened = { wanted: next, start: at, index: 0, isList: character === '[' };
        open.push(opened);
        next = opened.isList ? elementOf(opened) : undefined;
        break;
      }
      case '}':
      case ']':
        close(at + 1);
        next = undefined;
        break;
      case '"': {
        const end = endOfString(text, at);
        const key = frame !== undefined && !frame.isList && isKey(text, end);
        if (key) next = frame.wanted && memberOf(frame, text.slice(at, end));
        else found(next, at, end);
        if (!key) next = undefined;
        at = end - 1;
        break;
      }
      default: {
        const end = endOfWord(text, at);
        found(next, at, end);
        next = undefined;
        at = end - 1;
      }
    }
  }
  return undefined;
}

function found(wanted: PropertyNode | undefined, start: number, end: number): void {
  if (wanted === undefined) return;
  wanted.start = start;
  wanted.end = end;
}

function elementOf(list: Frame): PropertyNode | undefined {
  return placed(list, list.wanted?.children.get(String(list.index)));
}

function memberOf(object: Frame, written: string): PropertyNode | undefined {
  return placed(object, object.wanted?.children.get(textOf(written)));
}

/** Says where the value is that comes now, which makes an earlier one with the same key forgotten. */
function placed({ start }: Frame, wanted: PropertyNode | undefined): PropertyNode | undefined {
  if (wanted !== undefined) {
    wanted.container = start;
    wanted.start = -1;
  }
  return wanted;
}

function textOf(written: string): string {
  if (!written.includes('\\')) return written.slice(1, -1);
  try {
    return JSON.parse(written);
  } catch {
    return '';
  }
}

/** Position behind the quote that ends the string which starts at `start`, or behind the text. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

function isKey(text: string, after: number): boolean {
  let at = after;
  while (' \t\r\n'.includes(text[at] ?? 'x')) at += 1;
  return text[at] === ':';
}

/** A number, `true`, `false` or `null`. */
function endOfWord(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && !' \t\r\n,:]}[{"'.includes(text[end] ?? ' ')) end += 1;
  return end;
}
