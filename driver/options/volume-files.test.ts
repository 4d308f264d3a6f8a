import { describe, expect, test } from 'vitest';
import { type Changes, oneFault, parse, refusal, withoutLists } from './testing/valid-options.ts';

const combine = '{file: app.env, format: dotenv}';

describe('objects that would be one file are refused:', () => {
  test.each([
    ['the same name', '- {name: a}\n- {name: a, type: key}', 'objects[1]: "a" of objects[0] and "a"'],
    [
      'an alias that differs in case',
      '- {name: a, alias: x/Y}\n- {name: b, alias: X/y}',
      'objects[1]: "x/Y" of objects[0] and "X/y"',
    ],
    [
      'a file and a directory',
      '- {name: a}\n- {name: b, alias: a/b}',
      'objects[1]: "a" of objects[0] and "a/b"',
    ],
    [
      'a metadata file and another object',
      '- {name: a, metadata: true}\n- {name: b, alias: a.metadata.json}',
      'objects[1]: "a.metadata.json" of objects[0] and "a.metadata.json"',
    ],
    [
      'another object and a metadata file',
      '- {name: b, alias: A.metadata.JSON}\n- {name: a, metadata: true}',
      'objects[1]: "A.metadata.JSON" of objects[0] and "a.metadata.json"',
    ],
    [
      'the metadata file as a directory',
      '- {name: a, metadata: true}\n- {name: b, alias: a.metadata.json/b}',
      'objects[1]: "a.metadata.json" of objects[0] and "a.metadata.json/b"',
    ],
  ])('%s', async (_, objects, text) => {
    expect(await refusal({ ...withoutLists, objects })).toBe(
      oneFault(`${text} would be the same file; give one of them another alias`),
    );
  });

  test('each of three', async () => {
    const message = await refusal({ ...withoutLists, objects: '- {name: a}\n- {name: A}\n- {name: a}' });
    expect(message.replace(/^.*?faults: /, '').split(' | ')).toEqual([
      'objects[1]: "a" of objects[0] and "A" would be the same file; give one of them another alias',
      'objects[2]: "a" of objects[0] and "a" would be the same file; give one of them another alias',
    ]);
  });

  test('not a selection, whose files the vault decides', async () => {
    const objects = '- {name: a}\n- {select: {name: a}}\n- {name: A, alias: b}';
    expect((await parse({ ...withoutLists, objects })).items).toHaveLength(3);
  });
});

test('a metadata file needs a name that fits', async () => {
  const alias = 'x'.repeat(250);
  expect(await refusal({ ...withoutLists, objects: `- {name: a, alias: ${alias}, metadata: true}` })).toBe(
    oneFault(
      `objects[0].metadata: its file "${'x'.repeat(80)}…" must not contain a name longer than 255 bytes; give a shorter alias`,
    ),
  );
});

describe('one combined file', () => {
  test.each([
    ['in YAML', 'file: conf/app.env\nformat: dotenv\n', { file: 'conf/app.env', format: 'dotenv' }],
    ['in JSON', '{"file": "app.json", "format": "json"}', { file: 'app.json', format: 'json' }],
    [
      'of properties',
      '{file: app.properties, format: properties}',
      { file: 'app.properties', format: 'properties' },
    ],
  ])('is asked for %s', async (_, written, combined) => {
    expect((await parse({ combine: written })).combined).toEqual(combined);
  });

  test('may hold objects of names that could not be files side by side', async () => {
    const { items } = await parse({
      ...withoutLists,
      combine,
      objects: '- {name: a}\n- {name: b, alias: a/b}',
    });
    expect(items).toHaveLength(2);
  });

  test.each<[string, Changes, string]>([
    [
      'its file is missing',
      { combine: '{format: json}' },
      'combine.file: is missing; name the file that everything goes into',
    ],
    [
      'its format is missing',
      { combine: '{file: a}' },
      'combine.format: is missing; choose dotenv, json or properties',
    ],
    [
      'its format is unknown',
      { combine: '{file: a, format: toml}' },
      'combine.format: "toml" must be one of dotenv, json or properties',
    ],
    [
      'its file leads out of the volume',
      { combine: '{file: ../a, format: json}' },
      'combine.file: "../a" must not contain a path component that starts with ".."',
    ],
    [
      'a key is unknown',
      { combine: '{file: a, format: json, mode: "0400"}' },
      'combine: "mode" is not one of its keys (file, format)',
    ],
    [
      'it is a text',
      { combine: 'app.env' },
      'combine: must be a map such as {file: app.env, format: dotenv}',
    ],
    ['it is a list', { combine: '[]' }, 'combine: must be a map such as {file: app.env, format: dotenv}'],
    [
      'it is no YAML',
      { combine: '{file: a' },
      'combine: is neither JSON nor YAML (line 1, column 9: Flow map must end with a })',
    ],
    [
      'a key is written twice',
      { combine: '{file: a, file: b, format: json}' },
      'combine: the key "file" is written twice',
    ],
    [
      'an object is to have a mode',
      { ...withoutLists, combine, objects: '- {name: a, mode: "0400"}' },
      'objects[0].mode: has no file of its own with combine; use filemode',
    ],
    [
      "an object's metadata would be its file",
      {
        ...withoutLists,
        combine: '{file: a.metadata.json, format: json}',
        objects: '- {name: a, metadata: true}',
      },
      'objects[0]: "a.metadata.json" of combine and "a.metadata.json" would be the same file; give one of them another alias',
    ],
    [
      'an object is binary',
      { ...withoutLists, combine, objects: '- {name: a, format: pfx}' },
      'objects[0]: its form pfx is binary, which a combined file cannot hold; list it in objects with format: pem, or drop combine',
    ],
    [
      'a certificate of the lists is binary',
      { combine, keyvaultobjecttypes: 'cert' },
      'keyvaultobjectnames item 1: its form der is binary, which a combined file cannot hold; list it in objects with format: pem, or drop combine',
    ],
  ])('is refused when %s', async (_, changes, text) => {
    expect(await refusal(changes)).toBe(oneFault(text));
  });
});
