import { describe, expect, test } from 'vitest';
import { oneFault, parse, refusal, withoutLists } from './testing/valid-options.ts';

async function itemOf(objects: string) {
  return (await parse({ ...withoutLists, objects })).items[0];
}

describe('a selection', () => {
  test.each<[string, string, object]>([
    [
      'by name',
      '- select: {name: "db-*"}',
      { kind: 'selection', name: 'db-*', tags: {}, directory: undefined },
    ],
    [
      'of everything',
      '- select: {name: "*"}',
      { kind: 'selection', name: '*', tags: {}, directory: undefined },
    ],
    [
      'by tags, whose values may look like something else',
      '- select: {tags: {app: shop, tier: 1, public: true, " x ": " y ", none: "", zip: 00501}}',
      {
        kind: 'selection',
        name: undefined,
        tags: { app: 'shop', tier: '1', public: 'true', ' x ': ' y ', none: '', zip: '00501' },
        directory: undefined,
      },
    ],
    [
      'into a directory',
      '- {select: {name: "a?[b-d]{e,f}"}, directory: a/b}',
      { kind: 'selection', name: 'a?[b-d]{e,f}', tags: {}, directory: 'a/b' },
    ],
  ])('%s', async (_, objects, source) => {
    expect((await itemOf(objects))?.source).toEqual(source);
  });

  test.each([
    ['within', '- select: {type: cert, name: "*"}'],
    ['beside', '- {type: cert, select: {name: "*"}}'],
    ['both', '- {type: cert, select: {type: cert, name: "*"}}'],
  ])('has its type %s', async (_, objects) => {
    expect((await itemOf(objects))?.form).toEqual({ type: 'cert', format: 'pem' });
  });

  test('has the keys of any other object', async () => {
    const objects = `
- select: {type: secret, name: "*"}
  vault: other
  fallbackvault: spare
  part: key
  mode: "0400"
  optional: true
  metadata: true`;
    expect(await itemOf(objects)).toEqual({
      origin: 'objects[0]',
      vault: 'other',
      fallbackVault: 'spare',
      source: { kind: 'selection', name: '*', tags: {}, directory: undefined },
      form: { type: 'secret', format: 'pem', part: 'key', encoding: 'utf-8', property: undefined },
      mode: 0o400,
      optional: true,
      metadata: true,
    });
  });

  test('may have a tag with a name that every object has', async () => {
    const item = await itemOf('[{"select": {"tags": {"__proto__": "x", "constructor": "y"}}}]');
    if (item?.source.kind !== 'selection') throw new Error('it is a selection');
    expect(Object.entries(item.source.tags)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });
});

describe('a selection is refused when', () => {
  const nothing = 'objects[0].select: selects nothing; give a name pattern or tags (name: "*" selects all)';
  test.each([
    ['it is empty', '- select: {}', nothing],
    ['it has only a type', '- select: {type: key}', nothing],
    ['it has empty tags', '- select: {tags: {}}', nothing],
    [
      'it is a text',
      '- select: "db-*"',
      'objects[0].select: must be a map such as {name: "db-*"} or {tags: {app: shop}}',
    ],
    [
      'a key is unknown',
      '- select: {name: a, tag: {a: b}}',
      'objects[0].select: "tag" is not one of its keys (did you mean tags?)',
    ],
    [
      'a pattern leads elsewhere',
      '- select: {name: "../*"}',
      'objects[0].select.name: "../*" may only hold letters, digits, dashes and the wildcards * ? [a-z] [!a-z] {one,other}',
    ],
    [
      'tags are a list',
      '- select: {tags: [a]}',
      'objects[0].select.tags: must be a map of tags such as {app: shop}',
    ],
    [
      "a tag's value is a map",
      '- select: {tags: {a: {b: c}}}',
      'objects[0].select.tags: the value of "a" must be a text; quote it',
    ],
    [
      "a tag's value is nothing",
      '- select: {tags: {a: }}',
      'objects[0].select.tags: the value of "a" must be a text; quote it',
    ],
    [
      'there are more tags than an object has',
      `- select: {tags: {${Array.from({ length: 16 }, (_, index) => `t${index}: x`).join(', ')}}}`,
      'objects[0].select.tags: names 16 tags, but an object has at most 15',
    ],
    [
      'its types differ',
      '- {type: key, select: {type: cert, name: a}}',
      'objects[0].type: is key, but select has the type cert; give it once',
    ],
    [
      'it has an alias',
      '- {select: {name: a}, alias: b}',
      'objects[0].alias: does not go with select: the files of a selection have the names of the objects; use directory to say where they go',
    ],
    [
      'it has a version',
      `- {select: {name: a}, version: ${'1'.repeat(32)}}`,
      'objects[0].version: does not go with select: a selection takes the latest versions; name an object to pin its version',
    ],
    [
      'it has a name beside',
      '- {select: {name: a}, name: b}',
      'objects[0].name: does not go with select: write the pattern as the name within select, or drop select',
    ],
    [
      'its directory leads out of the volume',
      '- {select: {name: a}, directory: ../x}',
      'objects[0].directory: "../x" must not contain a path component that starts with ".."',
    ],
    [
      'a named object has a directory',
      '- {name: a, directory: x}',
      'objects[0].directory: goes with select only; write the directory into the alias, such as "tls/key"',
    ],
  ])('%s', async (_, objects, text) => {
    expect(await refusal({ ...withoutLists, objects })).toBe(oneFault(text));
  });
});
