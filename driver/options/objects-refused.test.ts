import { describe, expect, test } from 'vitest';
import { oneFault, refusal, withoutLists } from './testing/valid-options.ts';

function refusalOf(objects: string): Promise<string> {
  return refusal({ ...withoutLists, objects });
}

describe('objects is refused when', () => {
  const keys =
    'name, type, version, vault, fallbackvault, alias, format, part, encoding, property, mode, optional, metadata, select, directory';
  test.each([
    [
      'it is a map',
      'name: a',
      'objects: must be a list of objects, each such as "- {name: db-password, type: secret}"',
    ],
    [
      'it is a text',
      'db-password;site',
      'objects: must be a list of objects, each such as "- {name: db-password, type: secret}"',
    ],
    [
      'it is only a comment',
      '# none',
      'objects: must be a list of objects, each such as "- {name: db-password, type: secret}"',
    ],
    ['it is empty', '[]', 'objects: lists no object'],
    [
      'it is no YAML',
      '- {name: a',
      'objects: is neither JSON nor YAML (line 1, column 11: Flow map in block collection must be sufficiently indented and end with a })',
    ],
    [
      'a key is written twice',
      '- {name: a}\n- {name: b, name: c}',
      'objects[1]: the key "name" is written twice',
    ],
    [
      'an object is a text',
      '- db-password',
      'objects[0]: must be a map such as {name: db-password, type: secret}',
    ],
    ['an object is nothing', '[null]', 'objects[0]: must be a map such as {name: db-password, type: secret}'],
    [
      'an object is a list',
      '- [name, a]',
      'objects[0]: must be a map such as {name: db-password, type: secret}',
    ],
    [
      'an object has no name',
      '- {type: key}',
      'objects[0].name: is missing; name the object, or select objects by name pattern or tags',
    ],
    [
      'an object has a blank name',
      '- {name: " "}',
      'objects[0].name: is missing; name the object, or select objects by name pattern or tags',
    ],
    [
      'a name is not of Key Vault',
      '- {name: db_password}',
      'objects[0].name: "db_password" must be 1 to 127 letters, digits and dashes',
    ],
    ['a name is a map', '- {name: {a: b}}', 'objects[0].name: must be a text; quote it'],
    [
      'a name is a number that loses digits',
      '[{"name": 12345678901234567890}]',
      'objects[0].name: must be a text; quote it',
    ],
    [
      'a type is unknown',
      '- {name: a, type: certificate}',
      'objects[0].type: "certificate" must be one of secret, key or cert',
    ],
    [
      'a type is of every object',
      '- {name: a, type: constructor}',
      'objects[0].type: "constructor" must be one of secret, key or cert',
    ],
    [
      'a version is none',
      '- {name: a, version: latest}',
      'objects[0].version: "latest" must be a version: 32 hexadecimal digits, or empty for the latest',
    ],
    [
      'an alias leads out of the volume',
      '- {name: a, alias: ../../etc/cron.d/x}',
      'objects[0].alias: "../../etc/cron.d/x" must not contain a path component that starts with ".."',
    ],
    [
      'an alias holds NUL',
      '- {name: a, alias: "x\\0y"}',
      'objects[0].alias: "x\\u0000y" must not contain control characters',
    ],
    [
      'an alias holds a line end',
      '- {name: a, alias: "x\\ny"}',
      'objects[0].alias: "x\\ny" must not contain control characters',
    ],
    ['a property is a list', '- {name: a, property: [b]}', 'objects[0].property: must be a text; quote it'],
    [
      'a property is too long',
      `- {name: a, property: ${'b'.repeat(1025)}}`,
      'objects[0].property: must not be longer than 1024 characters',
    ],
    ['a boolean is none', '- {name: a, optional: yes}', 'objects[0].optional: must be true or false'],
    ['a boolean is a number', '- {name: a, metadata: 1}', 'objects[0].metadata: must be true or false'],
    [
      'a key is misspelt',
      '- {name: a, formt: pem}',
      'objects[0]: "formt" is not one of its keys (did you mean format?)',
    ],
    [
      'a key is of another driver',
      '- {name: a, objectAlias: b}',
      'objects[0]: "objectAlias" is not one of its keys (did you mean alias?)',
    ],
    [
      'a key is unknown',
      '- {name: a, whatsoever: 1}',
      `objects[0]: "whatsoever" is not one of its keys (${keys})`,
    ],
    [
      'a key is unknown and has no value',
      '- {name: a, whatsoever: }',
      `objects[0]: "whatsoever" is not one of its keys (${keys})`,
    ],
    [
      'a key is __proto__',
      '[{"name": "a", "__proto__": {"optional": true}}]',
      `objects[0]: "__proto__" is not one of its keys (${keys})`,
    ],
    [
      'a key is of every object',
      '- {name: a, constructor: b}',
      `objects[0]: "constructor" is not one of its keys (${keys})`,
    ],
    [
      'maps are merged',
      '- &x {name: a}\n- {<<: *x, name: b}',
      'objects[1]: YAML merge keys ("<<") are not taken; write the keys out',
    ],
    [
      'a key holds a line end',
      '- {name: a, "x\\ny whatsoever": 1}',
      `objects[0]: "x\\ny whatsoever" is not one of its keys (${keys})`,
    ],
  ])('%s', async (_, objects, text) => {
    expect(await refusalOf(objects)).toBe(oneFault(text));
  });

  test('there are more objects than a volume holds', async () => {
    const objects = JSON.stringify(Array(513).fill({ name: 'a' }));
    expect(await refusalOf(objects)).toBe(oneFault('objects: lists 513 objects; a volume holds at most 512'));
  });

  test('there are lists as well', async () => {
    expect(await refusal({ objects: '- {name: a}' })).toBe(
      oneFault(
        'objects: does not go with keyvaultobjectnames, keyvaultobjecttypes; move everything into objects',
      ),
    );
  });

  test('it has many faults, and all are told', async () => {
    const message = await refusalOf(
      '- {name: a_b, type: x, mode: 7}\n- {alias: /x}\n- {name: c, formt: pem, optional: 2}',
    );
    expect(message.replace(/^.*?faults: /, '').split(' | ')).toEqual([
      'objects[0].name: "a_b" must be 1 to 127 letters, digits and dashes',
      'objects[0].type: "x" must be one of secret, key or cert',
      'objects[0].mode: "7" must be written in octal and in quotes, such as "0400": a bare number is decimal in YAML and JSON',
      'objects[1].alias: "/x" must be relative to the volume, without a leading "/"',
      'objects[1].name: is missing; name the object, or select objects by name pattern or tags',
      'objects[2].optional: must be true or false',
      'objects[2]: "formt" is not one of its keys (did you mean format?)',
    ]);
  });

  test('an object has thousands of unknown keys, of which ten are told', async () => {
    const keys = Object.fromEntries(Array.from({ length: 9000 }, (_, index) => [`key-${index}`, 1]));
    const message = await refusalOf(JSON.stringify([{ name: 'a', ...keys }]));
    expect(message).toContain("the volume's options have 10 faults");
  });

  test('faults are many: 25 are told, and the others counted', async () => {
    const message = await refusalOf(JSON.stringify(Array(512).fill({ name: 'a_b', mode: 1, formt: 'pem' })));
    expect(message).toContain("the volume's options have 1536 faults: objects[0].name: ");
    expect(message.split(' | ')).toHaveLength(26);
    expect(message.endsWith(' | and 1511 more')).toBe(true);
  });

  test.each([
    ['JSON', `${'['.repeat(18)}1${']'.repeat(18)}`],
    ['YAML', `- ${'['.repeat(17)}a${']'.repeat(17)}`],
    ['YAML in block style', `${'- '.repeat(18)}a`],
  ])('it has more than 16 levels: %s', async (_, objects) => {
    expect(await refusalOf(objects)).toMatch(/: objects(\[0\])*: is nested deeper than 16 levels$/);
  });

  test('its name patterns are too many together, which is counted before any is written out', async () => {
    const name = `${'{a,b}'.repeat(6)}${'*c'.repeat(50)}`;
    const selections = (count: number) => JSON.stringify(Array(count).fill({ select: { name } }));
    expect(await refusalOf(selections(3))).toBe(
      oneFault(
        'objects: has name patterns of 20352 characters, the alternatives in braces written out; a volume has at most 16384: write fewer alternatives, or select by tags',
      ),
    );
  });

  test('a text of YAML has more characters than any key takes', async () => {
    expect(await refusalOf(`- name: a\n  alias: ${'b'.repeat(8193)}`)).toBe(
      oneFault('objects: has a text or comment of 8193 characters in line 2; one has at most 8192'),
    );
  });
});
