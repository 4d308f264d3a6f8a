/** The few pieces of DER (ITU-T X.690) that keys and PKCS#12 containers are made of. */

export function sequence(...parts: Uint8Array[]): Uint8Array {
  return element(0x30, concatenate(parts));
}

/** An unsigned big-endian integer, in the shortest form. */
export function integer(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const shortest = bytes.subarray(start);
  const negative = ((shortest[0] ?? 0) & 0x80) !== 0;
  return element(0x02, negative ? concatenate([Uint8Array.of(0), shortest]) : shortest);
}

export function bitString(bytes: Uint8Array): Uint8Array {
  return element(0x03, concatenate([Uint8Array.of(0), bytes]));
}

export function octetString(bytes: Uint8Array): Uint8Array {
  return element(0x04, bytes);
}

/** A set of one: of more, DER would want them sorted. */
export function setOf(part: Uint8Array): Uint8Array {
  return element(0x31, part);
}

/** `[tag] EXPLICIT`, or an implicit one of something constructed. */
export function tagged(tag: number, content: Uint8Array): Uint8Array {
  return element(0xa0 | tag, content);
}

/** `[tag] IMPLICIT OCTET STRING`. */
export function taggedOctets(tag: number, bytes: Uint8Array): Uint8Array {
  return element(0x80 | tag, bytes);
}

export const nullValue: Uint8Array = Uint8Array.of(0x05, 0x00);

/** `dotted` such as `1.2.840.113549.1.1.1`. */
export function objectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest.flatMap(base128)];
  return element(0x06, Uint8Array.from(bytes));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128))
    digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

function element(tag: number, content: Uint8Array): Uint8Array {
  return concatenate([Uint8Array.of(tag, ...lengthOctets(content.length)), content]);
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let left = length; left > 0; left >>>= 8) octets.unshift(left & 0xff);
  return [0x80 | octets.length, ...octets];
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
