import { describe, expect, test } from 'vitest';
import { oneFault, parse, refusal } from './testing/valid-options.ts';
import type { MountRequest } from './volume-options.ts';

/** The part of a request that the lists decide. */
function objectsOf({ items }: MountRequest) {
  return items.map(({ source, form }) => {
    if (source.kind !== 'named') throw new Error('a list names its objects');
    return { type: form.type, name: source.name, version: source.version, file: source.file };
  });
}

const VERSION = '0123456789abcdef0123456789ABCDEF';

describe('the lists', () => {
  test('name one object per item', async () => {
    const objects = objectsOf(
      await parse({
        keyvaultobjectnames: 'a;b;c',
        keyvaultobjecttypes: 'secret;key;cert',
        keyvaultobjectversions: `;${VERSION};`,
        keyvaultobjectaliases: 'x/one;;x/three',
      }),
    );
    expect(objects).toEqual([
      { type: 'secret', name: 'a', version: undefined, file: 'x/one' },
      { type: 'key', name: 'b', version: VERSION.toLowerCase(), file: 'b' },
      { type: 'cert', name: 'c', version: undefined, file: 'x/three' },
    ]);
  });

  test('may hold white space around their items', async () => {
    const spaced = objectsOf(
      await parse({
        keyvaultobjectnames: ' a ;\n b',
        keyvaultobjecttypes: 'secret ; cert',
        keyvaultobjectversions: ' ; ',
        keyvaultobjectaliases: ' one ; two words ',
      }),
    );
    expect(spaced.map(({ name, type, version, file }) => [name, type, version, file])).toEqual([
      ['a', 'secret', undefined, 'one'],
      ['b', 'cert', undefined, 'two words'],
    ]);
  });

  test('may be given in the older singular form', async () => {
    const singular = objectsOf(
      await parse({
        keyvaultobjectnames: undefined,
        keyvaultobjecttypes: undefined,
        keyvaultobjectname: 'a',
        keyvaultobjecttype: 'key',
        keyvaultobjectversion: VERSION,
        keyvaultobjectalias: 'file',
      }),
    );
    expect(singular).toEqual([{ type: 'key', name: 'a', version: VERSION.toLowerCase(), file: 'file' }]);
  });

  test('in the plural form win over the singular one, each by itself', async () => {
    const both = objectsOf(
      await parse({
        keyvaultobjectnames: 'plural',
        keyvaultobjectname: 'singular',
        keyvaultobjecttypes: '',
        keyvaultobjecttype: 'cert',
        keyvaultobjectaliases: 'alias',
        keyvaultobjectalias: 'other',
      }),
    );
    expect(both).toEqual([{ type: 'cert', name: 'plural', version: undefined, file: 'alias' }]);
  });

  test('may name one object twice under two aliases', async () => {
    const objects = objectsOf(
      await parse({
        keyvaultobjectnames: 'a;a',
        keyvaultobjecttypes: 'secret;secret',
        keyvaultobjectaliases: 'one;two',
      }),
    );
    expect(objects.map(({ file }) => file)).toEqual(['one', 'two']);
  });
});

describe('a request is refused when', () => {
  test.each<[string, Record<string, string | undefined>, string]>([
    [
      'no object is named',
      { keyvaultobjectnames: undefined },
      'keyvaultobjectnames: is missing; name the objects to project, separated by ";", or list them in objects',
    ],
    [
      'no type is given',
      { keyvaultobjecttypes: '' },
      'keyvaultobjecttypes: is missing; give one of secret, key or cert for each object, separated by ";"',
    ],
    [
      'there are fewer types than names',
      { keyvaultobjectnames: 'a;b' },
      'keyvaultobjecttypes: has 1 item, but keyvaultobjectnames has 2 items; give one for each object',
    ],
    [
      'there are more versions than names',
      { keyvaultobjectversions: ';' },
      'keyvaultobjectversions: has 2 items, but keyvaultobjectnames has 1 item; give one for each object',
    ],
    [
      'the singular form has another count, which is named as written',
      { keyvaultobjectalias: 'a;b' },
      'keyvaultobjectalias: has 2 items, but keyvaultobjectnames has 1 item; give one for each object',
    ],
    [
      'a name is not of Key Vault',
      { keyvaultobjectnames: 'db_password' },
      'keyvaultobjectnames: item 1 ("db_password") must be 1 to 127 letters, digits and dashes',
    ],
    [
      'a name leads elsewhere',
      { keyvaultobjectnames: '../keys/a?x' },
      'keyvaultobjectnames: item 1 ("../keys/a?x") must be 1 to 127 letters, digits and dashes',
    ],
    [
      'a name is too long, which is shown shortened',
      { keyvaultobjectnames: 'a'.repeat(128) },
      `keyvaultobjectnames: item 1 ("${'a'.repeat(80)}…") must be 1 to 127 letters, digits and dashes`,
    ],
    [
      'a name is missing between others',
      { keyvaultobjectnames: 'a;;c', keyvaultobjecttypes: 'secret;secret;secret' },
      'keyvaultobjectnames: item 2 is empty',
    ],
    [
      'a type is spelled otherwise',
      { keyvaultobjecttypes: 'Secret' },
      'keyvaultobjecttypes: item 1 ("Secret") must be one of secret, key or cert',
    ],
    [
      'a type is a property of every object',
      { keyvaultobjecttypes: 'constructor' },
      'keyvaultobjecttypes: item 1 ("constructor") must be one of secret, key or cert',
    ],
    [
      'a version is too short',
      { keyvaultobjectversions: '0123' },
      'keyvaultobjectversions: item 1 ("0123") must be a version: 32 hexadecimal digits, or empty for the latest',
    ],
    [
      'a version leads elsewhere',
      { keyvaultobjectversions: `${VERSION}/../x` },
      `keyvaultobjectversions: item 1 ("${VERSION}/../x") must be a version: 32 hexadecimal digits, or empty for the latest`,
    ],
    [
      'an alias leads out of the volume',
      { keyvaultobjectaliases: 'a/../../etc/cron.d/x' },
      'keyvaultobjectaliases: item 1 ("a/../../etc/cron.d/x") must not contain a path component that starts with ".."',
    ],
    [
      'an alias is absolute',
      { keyvaultobjectaliases: '/etc/passwd' },
      'keyvaultobjectaliases: item 1 ("/etc/passwd") must be relative to the volume, without a leading "/"',
    ],
    [
      "an alias is the payload's own",
      { keyvaultobjectaliases: '..data' },
      'keyvaultobjectaliases: item 1 ("..data") must not contain a path component that starts with ".."',
    ],
  ])('%s', async (_, changes, text) => {
    expect(await refusal(changes)).toBe(oneFault(text));
  });

  test('there are more objects than a volume holds', async () => {
    const names = Array.from({ length: 513 }, (_, index) => `a${index}`).join(';');
    const types = names.replaceAll(/a\d+/g, 'secret');
    expect(await refusal({ keyvaultobjectnames: names, keyvaultobjecttypes: types })).toBe(
      oneFault('keyvaultobjectnames: has 513 items; a volume holds at most 512'),
    );
    const most = {
      keyvaultobjectnames: names.replace(/;a512$/, ''),
      keyvaultobjecttypes: types.replace(/;secret$/, ''),
    };
    expect((await parse(most)).items).toHaveLength(512);
  });

  test('only separators are given, each missing name once and nothing else', async () => {
    expect(await refusal({ keyvaultobjectnames: ';', keyvaultobjecttypes: 'secret;secret' })).toBe(
      "OptionsInvalid: the volume's options have 2 faults: keyvaultobjectnames: item 1 is empty | keyvaultobjectnames: item 2 is empty",
    );
  });
});

describe('two objects that would be one file are refused:', () => {
  test.each([
    ['the same alias', 'tls.key;tls.key', 'tls.key', 'tls.key'],
    ['an alias that differs in case', 'tls.key;TLS.key', 'tls.key', 'TLS.key'],
    ['an alias in another Unicode form', 'caf\u00e9;cafe\u0301', 'caf\u00e9', 'cafe\u0301'],
    ['a file where the other needs a directory', 'tls;tls/key', 'tls', 'tls/key'],
    ['a directory where the other is a file', 'tls/key;TLS', 'tls/key', 'TLS'],
    ["an alias that is the other's name", 'B;', 'B', 'b'],
  ])('%s', async (_, aliases, first, second) => {
    const changes = {
      keyvaultobjectnames: 'a;b',
      keyvaultobjecttypes: 'secret;secret',
      keyvaultobjectaliases: aliases,
    };
    expect(await refusal(changes)).toBe(
      oneFault(
        `keyvaultobjectaliases: "${first}" and "${second}" would be the same file; give one of them another alias`,
      ),
    );
  });

  test('two names without aliases', async () => {
    expect(await refusal({ keyvaultobjectnames: 'a;A', keyvaultobjecttypes: 'secret;cert' })).toBe(
      oneFault('keyvaultobjectnames: "a" and "A" would be the same file; give one of them another alias'),
    );
  });
});
