import { describe, expect, test } from 'vitest';
import { bitString, integer, nullValue, objectIdentifier, sequence } from './der.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const fromHex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

// Examples of X.690 and "A Layman's Guide to a Subset of ASN.1, BER, and DER".
test.each([
  ['00', '020100'],
  ['0000', '020100'],
  ['7f', '02017f'],
  ['80', '02020080'],
  ['0080', '02020080'],
  ['0100', '02020100'],
  ['ff', '020200ff'],
])('the integer %s is %s', (value, encoded) => {
  expect(hex(integer(fromHex(value)))).toBe(encoded);
});

test.each([
  ['1.2.840.113549.1.1.1', '06092a864886f70d010101'],
  ['1.2.840.10045.2.1', '06072a8648ce3d0201'],
  ['1.3.132.0.10', '06052b8104000a'],
  ['2.5.4.3', '0603550403'],
])('the object identifier %s is %s', (dotted, encoded) => {
  expect(hex(objectIdentifier(dotted))).toBe(encoded);
});

describe('a length is told in the fewest bytes', () => {
  test.each([
    [0, '0301'],
    [126, '037f'],
    [127, '038180'],
    [254, '0381ff'],
    [255, '03820100'],
    [65534, '0382ffff'],
    [65535, '0383010000'],
  ])('of %i bytes and one that counts unused bits', (length, start) => {
    const encoded = bitString(new Uint8Array(length).fill(0xaa));
    expect(hex(encoded.subarray(0, start.length / 2))).toBe(start);
    expect(encoded.length).toBe(start.length / 2 + 1 + length);
  });
});

test('a sequence holds its parts in order', () => {
  expect(hex(sequence(nullValue, integer(Uint8Array.of(5)), sequence()))).toBe(
    '30070500' + '020105' + '3000',
  );
});
