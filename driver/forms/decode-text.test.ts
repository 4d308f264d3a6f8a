import { describe, expect, test } from 'vitest';
import { decodeText } from './decode-text.ts';

type Encoding = Parameters<typeof decodeText>[1];
const hexOf = (text: string, encoding: Encoding) => Buffer.from(decodeText(text, encoding)).toString('hex');

test.each<[Encoding, string, string]>([
  ['utf-8', 'é', 'c3a9'],
  ['base64', '', ''],
  ['base64', '+/8A', 'fbff00'],
  ['base64', 'QQ==', '41'],
  ['base64', 'QUI=\n', '4142'],
  ['base64', 'QU\r\nJD\r\n', '414243'],
  ['hex', '', ''],
  ['hex', '00ffAB', '00ffab'],
  ['hex', '00\nff\n', '00ff'],
])('the %s text %j stands for the bytes %s', (encoding, text, bytes) => {
  expect(hexOf(text, encoding)).toBe(bytes);
});

test('megabytes of base64 are no trouble', () => {
  const bytes = Buffer.alloc(3_000_000, 'x');
  expect(Buffer.compare(decodeText(bytes.toString('base64'), 'base64'), bytes)).toBe(0);
});

describe('a text is refused, and not quoted,', () => {
  test.each<[string, Encoding, string, string]>([
    ['without padding', 'base64', 'canary1', 'cut short, lacks its padding'],
    ['with bits left over', 'base64', 'QR==', 'bits left over'],
    ['with padding within', 'base64', 'QQ==QQ==', 'characters that base64 does not have'],
    ['with blanks', 'base64', 'canary canar', 'such as blanks'],
    ['of the URL-safe kind', 'base64', 'ca-nary_', 'the URL-safe kind'],
    ['with half a byte', 'hex', 'cafebab', 'odd number of digits'],
    ['with a lone surrogate', 'utf-8', 'canary \ud800', 'not valid Unicode'],
    ['with a prefix', 'hex', '0xcafe', 'other characters than 0-9 and a-f'],
  ])('%s', (_, encoding, text, reason) => {
    const action = () => decodeText(text, encoding);
    expect(action).toThrow(
      expect.objectContaining({ code: 'ObjectContentInvalid', message: expect.stringContaining(reason) }),
    );
    expect(action).toThrow(expect.objectContaining({ message: expect.not.stringContaining(text) }));
  });
});
