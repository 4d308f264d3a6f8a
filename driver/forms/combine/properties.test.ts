import { expect, test } from 'vitest';
import { propertiesEntry } from './properties.ts';

/** Reads as java.util.Properties.load does, strictly: an escape it does not know is an error. */
function load(text: string): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const line of text.split('\n').filter((part) => part !== '')) {
    if (/^[#!]/.test(line) || !/^[ -~]*$/.test(line)) throw new Error(`not an entry: ${line}`);
    const [, key = '', value = ''] = /^((?:[^\\=: ]|\\.)+)(?: *[=:] *| +)(.*)$/.exec(line) ?? [];
    properties[unescaped(key)] = unescaped(value);
  }
  return properties;
}

function unescaped(text: string): string {
  const letters: Record<string, string> = { t: '\t', n: '\n', r: '\r', f: '\f' };
  return text.replace(/\\(?:u([0-9A-F]{4})|(.?))/g, (_, code: string | undefined, character: string) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    if (!/[\\ :=#!tnrf]/.test(character)) throw new Error(`not an escape: ${character}`);
    return letters[character] ?? character;
  });
}

const properties = {
  'db-password': 'hunter2',
  'app/db.url': 'jdbc:postgresql://db:5432/shop?a=b#c!d',
  'key with blanks': '  leading and trailing  ',
  '#comment': '#',
  '!bang': '!',
  'a=b:c': 'x=y:z',
  lines: 'first\nsecond\r\n\tthird\f',
  unicode: 'é鍵😀\u007f\u0001\u2028',
  clé: 'accent',
  backslash: 'C:\\new\\u0041\\',
  empty: '',
};

test('what is written is read back', () => {
  const text = Object.entries(properties)
    .map(([key, value]) => propertiesEntry(key, value))
    .join('');
  expect(load(text)).toEqual(properties);
});

test.each([
  ['a', ' b', 'a=\\ b\n'],
  ['a b', 'c d', 'a\\ b=c d\n'],
  ['url', 'http://x', 'url=http\\://x\n'],
  ['k', 'é😀', 'k=\\u00E9\\uD83D\\uDE00\n'],
])('%j, %j is written as java.util.Properties.store writes it', (key, value, text) => {
  expect(propertiesEntry(key, value)).toBe(text);
});
