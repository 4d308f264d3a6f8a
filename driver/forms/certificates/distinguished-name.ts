import { children, dotted, type Element, expectTag, hex } from './ber.ts';

const textOf: Readonly<Record<number, (content: Uint8Array) => string>> = {
  12: utf8, // UTF8String
  19: utf8, // PrintableString
  20: (content) => Buffer.from(content).toString('latin1'), // TeletexString, as everybody reads it
  22: utf8, // IA5String
  26: utf8, // VisibleString
  30: (content) => Buffer.from(content).swap16().toString('utf16le'), // BMPString
};

/**
 * A distinguished name in a form that can be compared: case, blanks and kind of string make no difference (RFC 5280
 * section 7.1). A name of an unknown form is compared byte for byte.
 */
export function comparableName(name: Element): string {
  try {
    const parts = children(name).map((set) => children(set).map(comparableAttribute));
    return JSON.stringify(parts);
  } catch {
    return hex(name.raw);
  }
}

function comparableAttribute(attribute: Element): readonly [type: string, value: string] {
  const [id, value] = children(attribute);
  const { tag, content } = expectTag(value, undefined);
  const text = textOf[tag]?.(content).trim().replace(/\s+/g, ' ').toLowerCase();
  return [dotted(expectTag(id, undefined)), text ?? hex(content)];
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
