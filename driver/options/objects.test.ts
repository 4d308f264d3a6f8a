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
