/**
 * Reads BER (ITU-T X.690), of which DER is the strict kind: PKCS#12 containers come with indefinite lengths and
 * octet strings in pieces. Bytes are never re-encoded, so what is read stays as it was signed.
 * All functions throw a RangeError on what is not BER; whoever reads a document gives that its meaning.
 */

/**
 * One element. `tag` is the identifier octet: class, constructed bit and number. A number above 30 has further octets,
 * which are skipped: no element that the driver reads has one.
 */
export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** The whole element, its tag and length included. */
  readonly raw: Uint8Array;
}

export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const OBJECT_IDENTIFIER = 0x06;
export const SEQUENCE = 0x30;
export const SET = 0x31;
const CONSTRUCTED = 0x20;
/** The bits of an identifier octet which say that further octets have the tag's number. */
const LONG_NUMBER = 0x1f;

/** Deeper than any key or certificate is. */
const MAX_DEPTH = 40;

/** Tag of `[number]`, constructed. */
export function contextTag(number: number): number {
  return 0xa0 | number;
}

/** The element at the start of `bytes`; what follows it is left alone. */
export function readElement(bytes: Uint8Array, tag?: number): Element {
  const { element } = elementAt(bytes, 0, 0);
  return expectTag(element, tag);
}

/** The parts of a constructed element. */
export function children({ tag, content }: Element): Element[] {
  if ((tag & CONSTRUCTED) === 0) throw new RangeError('a primitive element has no parts');
  const parts: Element[] = [];
  for (let offset = 0; offset < content.length; ) {
    const { element, end } = elementAt(content, offset, 0);
    parts.push(element);
    offset = end;
  }
  return parts;
}

/** The one part of an explicit tag. */
export function only(element: Element, tag?: number): Element {
  const [part] = children(element);
  return expectTag(part, tag);
}

export function expectTag(element: Element | undefined, tag: number | undefined): Element {
  if (element === undefined || (tag !== undefined && element.tag !== tag))
    throw new RangeError('another element was expected');
  return element;
}

/** The bytes of an octet string, whether in one piece or several, under its own or an implicit tag. */
export function octets(element: Element): Uint8Array {
  if ((element.tag & CONSTRUCTED) === 0) return element.content;
  const pieces = children(element).map(octets);
  return Uint8Array.from(Buffer.concat(pieces));
}

/** The bytes of a bit string that has no unused bits. */
export function bits({ content }: Element): Uint8Array {
  return content.subarray(1);
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** A small non-negative integer, such as a version or a count. */
export function smallInteger({ tag, content }: Element): number {
  if (tag !== INTEGER || content.length > 5 || ((content[0] ?? 0x80) & 0x80) !== 0)
    throw new RangeError('a small number was expected');
  return content.reduce((value, byte) => value * 256 + byte, 0);
}

/** An object identifier in dotted form. */
export function dotted(element: Element): string {
  const { content } = expectTag(element, OBJECT_IDENTIFIER);
  const numbers: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    if (numbers.length === 0) {
      const first = Math.min(2, Math.floor(value / 40));
      numbers.push(first, value - first * 40);
    } else numbers.push(value);
    value = 0;
  }
  return numbers.join('.');
}

function elementAt(bytes: Uint8Array, start: number, depth: number): { element: Element; end: number } {
  const tag = bytes[start];
  if (tag === undefined || depth > MAX_DEPTH) throw new RangeError('no element is here');
  const lengthStart = (tag & LONG_NUMBER) === LONG_NUMBER ? endOfNumber(bytes, start + 1) : start + 1;
  const first = bytes[lengthStart];
  if (first === undefined) throw new RangeError('no element is here');
  let contentStart = lengthStart + 1;
  if (first === 0x80) {
    const contentEnd = endOfContents(bytes, contentStart, depth);
    return part(bytes, tag, start, contentStart, contentEnd, contentEnd + 2);
  }
  let length = first;
  if (first > 0x80) {
    const octetsOfLength = bytes.subarray(contentStart, contentStart + (first & 0x7f));
    contentStart += first & 0x7f;
    length = octetsOfLength.reduce((value, byte) => value * 256 + byte, 0);
  }
  return part(bytes, tag, start, contentStart, contentStart + length, contentStart + length);
}

/** The offset behind the octets of a tag's number; all but the last have their first bit set. */
function endOfNumber(bytes: Uint8Array, start: number): number {
  let offset = start;
  while (((bytes[offset] ?? 0) & 0x80) !== 0) offset += 1;
  return offset + 1;
}

function part(bytes: Uint8Array, tag: number, start: number, from: number, to: number, end: number) {
  if (end > bytes.length) throw new RangeError('an element is cut short');
  return { element: { tag, content: bytes.subarray(from, to), raw: bytes.subarray(start, end) }, end };
}

/** The offset of the two zero bytes that end an element of indefinite length. */
function endOfContents(bytes: Uint8Array, start: number, depth: number): number {
  let offset = start;
  while (bytes[offset] !== 0 || bytes[offset + 1] !== 0) offset = elementAt(bytes, offset, depth + 1).end;
  return offset;
}
