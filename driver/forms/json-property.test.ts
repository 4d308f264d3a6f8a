import { describe, expect, test } from 'vitest';
import { jsonProperty, pickerOf } from './json-property.ts';

const document = String.raw`{
  "user": "app",
  "db": { "password" : "a\"b\\c\nd, }é😀", "port": 5432, "tls": true, "pool": {"max": 1.10, "ids": [ 12345678901234567890 ]} },
  "hosts": ["a.example", {"name": "b.example"}, [], "x"],
  "a.b": "dotted", "back\\slash": "backslash", "": {"": "empty"}, "ключ": "unicode",
  "twice": 1, "twice": 2, "nothing": null, "no": false, "__proto__": "own", "emptylist": [], "surrogate": "\ud800"
}`;

test.each([
  ['user', 'app'],
  ['db.password', 'a"b\\c\nd, }é😀'],
  ['db.port', '5432'],
  ['db.tls', 'true'],
  ['no', 'false'],
  ['db.pool', '{"max": 1.10, "ids": [ 12345678901234567890 ]}'],
  ['db.pool.max', '1.10'],
  ['db.pool.ids.0', '12345678901234567890'],
  ['hosts.0', 'a.example'],
  ['hosts.1.name', 'b.example'],
  ['hosts.2', '[]'],
  ['hosts.3', 'x'],
  [String.raw`a\.b`, 'dotted'],
  [String.raw`back\\slash`, 'backslash'],
  [String.raw`back\slash`, 'backslash'],
  ['.', 'empty'],
  ['ключ', 'unicode'],
  ['twice', '2'],
  ['__proto__', 'own'],
  ['emptylist', '[]'],
])('the property %s is %j', (path, value) => {
  expect(jsonProperty(document, path)).toBe(value);
});

test('a byte order mark before the document is no fault', () => {
  expect(jsonProperty('\ufeff{"a":"b"}', 'a')).toBe('b');
});

describe('there is no property', () => {
  test.each([
    'absent',
    'db.absent',
    'a.b',
    'user.length',
    'user.0',
    'constructor',
    'hosts.length',
    'hosts.4',
    'hosts.-1',
    'hosts.00',
    'hosts.2.0',
    'emptylist.0',
    'db.port.0',
    '',
    'nothing.x',
  ])('%j', (path) => {
    // The empty key is there, but is an object with one; only its absence elsewhere is tested.
    const text = path === '' ? '{"a":1}' : document;
    expect(() => jsonProperty(text, path)).toThrow(
      expect.objectContaining({
        code: 'ObjectContentInvalid',
        message: expect.stringContaining(`has no property ${JSON.stringify(path)}`),
      }),
    );
  });

  test('in a list, a string or a number that are the whole document', () => {
    for (const text of ['[]', '"canary"', '17', 'true', 'null'])
      expect(() => jsonProperty(text, 'a')).toThrow('has no property "a"');
  });
});

test.each([
  ['in what is no JSON', 'canary', 'a', 'is not a JSON document'],
  ['in an empty secret', '', 'a', 'is not a JSON document'],
  ['in JSON with something after it', '{"a":1} canary', 'a', 'is not a JSON document'],
  ['that is null', document, 'nothing', 'is null'],
  ['that is half a character', document, 'surrogate', 'is not valid Unicode'],
])('a property %s is refused, and the text not quoted', (_, text, path, reason) => {
  expect(() => jsonProperty(text, path)).toThrow(
    expect.objectContaining({ code: 'ObjectContentInvalid', message: expect.stringContaining(reason) }),
  );
  expect(() => jsonProperty(text, path)).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('canary') }),
  );
});

test('values are those of JSON.parse, whatever the layout', () => {
  const value = {
    list: [1, 'two', [3, { four: 'x}],"' }], {}],
    text: '\\"\\',
    deep: { a: { b: [[['c']]] } },
  };
  for (const indent of [undefined, 2, '\t']) {
    const text = JSON.stringify(value, undefined, indent);
    expect(JSON.parse(jsonProperty(text, 'list'))).toEqual(value.list);
    expect(JSON.parse(jsonProperty(text, 'list.2.1'))).toEqual({ four: 'x}],"' });
    expect(jsonProperty(text, 'list.2.1.four')).toBe('x}],"');
    expect(jsonProperty(text, 'text')).toBe('\\"\\');
    expect(jsonProperty(text, 'deep.a.b.0.0.0')).toBe('c');
    expect(JSON.parse(jsonProperty(text, 'list.3'))).toEqual({});
  }
});

test('a long string is no trouble', () => {
  const long = 'x\\"'.repeat(500_000);
  expect(jsonProperty(JSON.stringify({ a: long, b: 'c' }), 'b')).toBe('c');
});

test('of several members with one key the last counts, with all that is in it', () => {
  const text = '{"a": {"b": 1, "c": {"d": 2}}, "a": {"c": {}}, "e": [{"f": 1}], "e": {"0": {"g": 3}}}';
  expect(jsonProperty(text, 'a')).toBe('{"c": {}}');
  expect(jsonProperty(text, 'e.0.g')).toBe('3');
  for (const path of ['a.b', 'a.c.d', 'e.0.f'])
    expect(() => jsonProperty(text, path)).toThrow('has no property');
});

test('many properties of one document are what each is by itself', async () => {
  const paths = ['user', 'db', 'db.pool.max', 'db.pool', 'hosts.1', 'hosts.1.name', 'hosts.3', 'twice', '.'];
  const pick = pickerOf(paths.map((path) => [document, path]));
  for (const path of paths) expect(await pick(document, path)).toBe(jsonProperty(document, path));
});

describe('a document may have 64 levels', () => {
  const nested = (levels: number) => `${'{"a":['.repeat(levels / 2)}1${']}'.repeat(levels / 2)}`;
  const path = (levels: number) =>
    Array(levels / 2)
      .fill('a.0')
      .join('.');

  test('and a value at the last of them is found', () => {
    expect(jsonProperty(nested(64), path(64))).toBe('1');
  });

  test.each([66, 500, 12_000])('but not %d', (levels) => {
    expect(() => jsonProperty(nested(levels), 'a')).toThrow(
      expect.objectContaining({
        code: 'ObjectContentInvalid',
        message: 'its JSON document is nested deeper than 64 levels, so it has no property "a"',
      }),
    );
  });
});

test('what is not JSON is refused however it is scanned', () => {
  for (const text of [
    '{"a":1',
    '{"a" "b"}',
    '[1,]',
    '"a',
    '{"a":"\\',
    ']]]',
    '{"a":nul}',
    '{"a":1}}',
    '{"\\u":1}',
  ])
    expect(() => jsonProperty(text, 'a')).toThrow('is not a JSON document');
});
