import { describe, expect, test } from 'vitest';
import { pickerOf } from './json-property.ts';

const document = [
  '# settings',
  'db: &db',
  '  password: "p: \\"x\\""',
  '  port: 5432',
  '  version: 1.10',
  '  mode: 0400',
  '  on: yes',
  '  ready: true',
  '  hosts: [a, b]',
  '  key: |',
  '    first',
  '    second',
  'copy: *db',
  'a.b: c',
  'nothing: ~',
].join('\n');

const pick = (text: string, path: string) => pickerOf([[text, path]])(text, path);

test.each([
  ['db.password', 'p: "x"'],
  ['db.port', '5432'],
  ['db.version', '1.10'],
  ['db.mode', '0400'],
  ['db.on', 'yes'],
  ['db.ready', 'true'],
  ['db.hosts', '["a","b"]'],
  ['db.hosts.1', 'b'],
  ['db.key', 'first\nsecond\n'],
  ['copy.port', '5432'],
  ['a\\.b', 'c'],
])('of a YAML document the property %s is %j', async (path, value) => {
  expect(await pick(document, path)).toBe(value);
});

test('several values of one document, and others of JSON', async () => {
  const json = '{"a": 1.10}';
  const all = pickerOf([
    [document, 'db.port'],
    [json, 'a'],
    [document, 'copy.mode'],
  ]);
  expect(await Promise.all([all(document, 'db.port'), all(json, 'a'), all(document, 'copy.mode')])).toEqual([
    '5432',
    '1.10',
    '0400',
  ]);
});

describe('is refused, and not quoted:', () => {
  test.each([
    ['a property that is not there', document, 'db.canary', 'its YAML document has no property "db.canary"'],
    ['one of a list by another name', document, 'db.hosts.01', 'has no property'],
    ['one within a text', document, 'db.port.0', 'has no property'],
    ['one of the language', document, 'db.constructor', 'has no property'],
    ['null', document, 'nothing', 'of its YAML document is null'],
    [
      'a plain text',
      'canary',
      'a',
      'its text is neither a JSON nor a YAML document, so it has no property "a"',
    ],
    ['a fault', 'a: [canary', 'a', 'neither a JSON nor a YAML document'],
    ['a key that is there twice', 'a: 1\na: canary', 'a', 'neither a JSON nor a YAML document'],
    ['a tag', 'a: !!binary canary', 'a', 'neither a JSON nor a YAML document'],
    ['two documents', 'a: 1\n---\na: canary', 'a', 'neither a JSON nor a YAML document'],
    ['aliases of aliases', bomb(), 'a', 'neither a JSON nor a YAML document'],
    ['half a character', 'a: "\\ud800canary"', 'a', 'not valid Unicode'],
  ])('%s', async (_, text, path, message) => {
    const fault = await Promise.resolve(pick(text, path)).catch((error: unknown) => error);
    expect(fault).toMatchObject({
      code: 'ObjectContentInvalid',
      message: expect.stringContaining(message),
    });
    if (!path.includes('canary'))
      expect(fault).toMatchObject({ message: expect.not.stringContaining('canary') });
  });
});

function bomb(): string {
  const lines = ['a: &a0 [x, x]'];
  for (let level = 1; level < 40; level++)
    lines.push(`a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`);
  return lines.join('\n');
}
