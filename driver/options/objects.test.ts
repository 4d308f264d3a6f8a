import { describe, expect, test } from 'vitest';
import { MAX_ITEMS } from './items.ts';
import { type Changes, oneFault, parse, refusal, withoutLists } from './testing/valid-options.ts';

const VERSION = '0123456789ABCDEF0123456789abcdef';

async function itemsOf(objects: string, changes: Changes = {}) {
  return (await parse({ ...withoutLists, objects, ...changes })).items;
}

function refusalOf(objects: string, changes: Changes = {}): Promise<string> {
  return refusal({ ...withoutLists, objects, ...changes });
}

const plain = {
  origin: 'objects[0]',
  vault: 'shop-vault',
  fallbackVault: undefined,
  source: { kind: 'named', name: 'a', version: undefined, file: 'a' },
  form: { type: 'secret', format: 'auto', part: 'all', encoding: 'utf-8', property: undefined },
  mode: undefined,
  optional: false,
  metadata: false,
};

describe('objects lists', () => {
  test.each([
    ['in YAML', '- name: a\n'],
    ['in YAML on one line', '[{name: a}]'],
    ['in JSON', '[{"name": "a"}]'],
    ['with keys that have no value', '- {name: a, version: "", alias: , format: ~, mode: null}'],
    ['with white space around values', '- {name: " a ", type: " secret ", optional: " false "}'],
    ['indented as a whole', '\n  - name: a\n    type: secret\n'],
  ])('a secret by its name, %s', async (_, objects) => {
    expect(await itemsOf(objects)).toEqual([plain]);
  });

  test('an object with every key of a named one', async () => {
    const objects = `
- name: a
  type: secret
  version: ${VERSION}
  vault: Other-Vault
  fallbackvault: spare-vault
  alias: db/password
  format: raw
  encoding: base64
  property: a.b
  mode: "0400"
  optional: true
  metadata: true`;
    expect(await itemsOf(objects)).toEqual([
      {
        origin: 'objects[0]',
        vault: 'Other-Vault',
        fallbackVault: 'spare-vault',
        source: { kind: 'named', name: 'a', version: VERSION.toLowerCase(), file: 'db/password' },
        form: { type: 'secret', format: 'raw', part: 'all', encoding: 'base64', property: 'a.b' },
        mode: 0o400,
        optional: true,
        metadata: true,
      },
    ]);
  });

  test('names that YAML would take for something else', async () => {
    const objects =
      '- {name: 123, alias: 0x10, version: 12345678901234567890123456789012}\n- {name: true}\n- {name: 1e3}';
    const sources = (await itemsOf(objects)).map(({ source }) => source);
    expect(sources).toEqual([
      { kind: 'named', name: '123', version: '12345678901234567890123456789012', file: '0x10' },
      { kind: 'named', name: 'true', version: undefined, file: 'true' },
      { kind: 'named', name: '1e3', version: undefined, file: '1e3' },
    ]);
  });

  test.each([
    ['true', true],
    ['"true"', true],
    ['True', true],
    ['false', false],
    ['"FALSE"', false],
  ])('booleans as %s', async (written, value) => {
    const [item] = await itemsOf(`- {name: a, optional: ${written}, metadata: ${written}}`);
    expect([item?.optional, item?.metadata]).toEqual([value, value]);
  });

  test('as many objects as a volume holds', async () => {
    const objects = Array.from({ length: MAX_ITEMS }, (_, index) => `- {name: a${index}}`).join('\n');
    expect(await itemsOf(objects)).toHaveLength(MAX_ITEMS);
  });

  test('one object in several forms', async () => {
    const forms = await itemsOf('- {name: a, type: key}\n- {name: a, type: key, format: jwk, alias: a.jwk}');
    expect(forms.map(({ form }) => form)).toEqual([
      { type: 'key', format: 'pem' },
      { type: 'key', format: 'jwk' },
    ]);
  });
});

describe('a mode is', () => {
  test.each([
    ['"0400"', 0o400],
    ['"400"', 0o400],
    ['0400', 0o400],
    ['0o440', 0o440],
    ["'0640'", 0o640],
  ])('%s in YAML', async (written, mode) => {
    expect((await itemsOf(`- {name: a, mode: ${written}}`))[0]?.mode).toBe(mode);
  });

  const number =
    'must be written in octal and in quotes, such as "0400": a bare number is decimal in YAML and JSON';
  test.each([
    ['decimal', '- {name: a, mode: 256}', `"256" ${number}`],
    ['octal without its zero, which YAML takes for decimal', '- {name: a, mode: 400}', `"400" ${number}`],
    ['decimal in JSON', '[{"name": "a", "mode": 256}]', `"256" ${number}`],
    ['a boolean', '- {name: a, mode: true}', number],
    ['a map', '- {name: a, mode: {}}', number],
    ['symbolic', '- {name: a, mode: u=r}', '"u=r" must be a mode of 3 or 4 octal digits, such as "0400"'],
    [
      'setuid',
      '- {name: a, mode: "4755"}',
      '"4755" must not set the setuid, setgid or sticky bit: the files are data, and the volume is mounted nosuid',
    ],
  ])('not %s', async (_, objects, text) => {
    expect(await refusalOf(objects)).toBe(oneFault(`objects[0].mode: ${text}`));
  });
});

describe('vaults', () => {
  const vaultsOf = async (objects: string, changes: Changes) =>
    (await itemsOf(objects, changes)).map(({ vault, fallbackVault }) => [vault, fallbackVault]);

  test('may differ from object to object', async () => {
    expect(await vaultsOf('- {name: a}\n- {name: b, vault: other}', {})).toEqual([
      ['shop-vault', undefined],
      ['other', undefined],
    ]);
  });

  test('may be named by the objects only', async () => {
    expect(
      await vaultsOf('- {name: a, vault: one}\n- {name: b, vault: other}', { keyvaultname: '' }),
    ).toEqual([
      ['one', undefined],
      ['other', undefined],
    ]);
  });

  test("have the volume's fallback where they are the volume's vault", async () => {
    const objects = `
- {name: a}
- {name: b, vault: SHOP-vault}
- {name: c, vault: other}
- {name: d, vault: other, fallbackvault: third}
- {name: e, fallbackvault: third}`;
    expect(await vaultsOf(objects, { fallbackvault: 'spare' })).toEqual([
      ['shop-vault', 'spare'],
      ['SHOP-vault', 'spare'],
      ['other', undefined],
      ['other', 'third'],
      ['shop-vault', 'third'],
    ]);
  });

  test('have a fallback with the lists too', async () => {
    expect((await parse({ fallbackvault: 'spare' })).items[0]?.fallbackVault).toBe('spare');
  });

  test.each<[string, string, Changes, string]>([
    [
      'are named nowhere',
      '- {name: a, vault: x-y}\n- {name: b}',
      { keyvaultname: '' },
      'keyvaultname: is missing; name the vault to read from, or give objects[1] a vault',
    ],
    [
      'are URLs',
      '- {name: a, vault: "https://x.vault.azure.net"}',
      {},
      'objects[0].vault: "https://x.vault.azure.net" must be the name of a vault: 3 to 24 letters, digits and single dashes (no URL)',
    ],
    [
      'are their own fallback',
      '- {name: a, vault: one, fallbackvault: ONE}',
      {},
      'objects[0].fallbackvault: is the vault itself; name another one',
    ],
    [
      "are the volume's and their own fallback",
      '- {name: a, fallbackvault: shop-VAULT}',
      {},
      'objects[0].fallbackvault: is the vault itself; name another one',
    ],
    [
      'fall back to themselves as a whole',
      '- {name: a}',
      { fallbackvault: 'Shop-vault' },
      'fallbackvault: is the vault itself; name another one',
    ],
    [
      'have a fallback for a vault that is not named',
      '- {name: a, vault: one}',
      { keyvaultname: '', fallbackvault: 'spare' },
      'fallbackvault: stands in for keyvaultname, which is missing; give the objects a fallbackvault each',
    ],
    [
      'have a faulty fallback',
      '- {name: a}',
      { fallbackvault: 'x' },
      'fallbackvault: must be the name of a vault: 3 to 24 letters, digits and single dashes (no URL)',
    ],
  ])('are refused when they %s', async (_, objects, changes, text) => {
    expect(await refusalOf(objects, changes)).toBe(oneFault(text));
  });
});

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
});
