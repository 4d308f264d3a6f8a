import { afterAll, describe, expect, test } from 'vitest';
import type { CombinedFile, ObjectForm, VolumeItem } from '../options/items.ts';
import type { FoundObject } from '../ports.ts';
import { Workshop } from './certificates/testing/openssl.ts';
import { renderFiles } from './render.ts';

const openssl = await Workshop.open();
afterAll(() => openssl.close());

const never = new AbortController().signal;
const VERSION = '0123456789abcdef0123456789abcdef';
const raw: ObjectForm = {
  type: 'secret',
  format: 'raw',
  part: 'all',
  encoding: 'utf-8',
  property: undefined,
};

function named(name: string, change: Partial<VolumeItem> = {}, file = name): VolumeItem {
  return {
    origin: `objects[${name}]`,
    vault: 'shop',
    fallbackVault: undefined,
    source: { kind: 'named', name, version: undefined, file },
    form: raw,
    mode: undefined,
    optional: false,
    metadata: false,
    ...change,
  };
}

function selection(origin: string, directory?: string): VolumeItem {
  return { ...named('x'), origin, source: { kind: 'selection', name: '*', tags: {}, directory } };
}

function found(name: string, value = `value of ${name}`): FoundObject {
  const attributes = {
    contentType: undefined,
    tags: {},
    notBefore: undefined,
    expires: undefined,
    created: undefined,
    updated: undefined,
  };
  return {
    vault: 'shop',
    name,
    version: VERSION,
    content: { type: 'secret', value, contentType: undefined },
    attributes,
  };
}

async function render(
  pairs: readonly [VolumeItem, FoundObject[]][],
  combined?: CombinedFile,
): Promise<Record<string, string>> {
  const items = pairs.map(([item]) => item);
  const objects = pairs.map(([, list]) => list);
  const files = await renderFiles({ items, combined, pfxPassword: undefined }, objects, never);
  return Object.fromEntries(files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]));
}

test('the deadline ends the making of files between two objects', async () => {
  const rendering = { items: [named('a')], combined: undefined, pfxPassword: undefined };
  const reason = new Error('deadline');
  await expect(renderFiles(rendering, [[found('a')]], AbortSignal.abort(reason))).rejects.toBe(reason);
});

describe('each object becomes a file', () => {
  test('under its alias, or where the selection says; one that was not found does not', async () => {
    const files = await render([
      [named('a', {}, 'app/alias'), [found('a')]],
      [named('gone', { optional: true }), []],
      [selection('objects[2]'), [found('b'), found('c')]],
      [selection('objects[3]', 'more'), [found('b')]],
    ]);
    expect(files).toEqual({
      'app/alias': 'value of a',
      b: 'value of b',
      c: 'value of c',
      'more/b': 'value of b',
    });
  });

  test('with the mode of its item, its metadata too', async () => {
    const items = [named('a', { mode: 0o400, metadata: true }), named('b')];
    const rendering = { items, combined: undefined, pfxPassword: undefined };
    const files = await renderFiles(rendering, [[found('a')], [found('b')]], never);
    expect(files.map(({ path, mode }) => [path, mode])).toEqual([
      ['a', 0o400],
      ['a.metadata.json', 0o400],
      ['b', undefined],
    ]);
  });
});

describe('what is wrong with any object is told, all of it at once', () => {
  test('by type, name, vault and where it was written; never by value', async () => {
    const hex: ObjectForm = { ...raw, encoding: 'hex' };
    const property: ObjectForm = { ...raw, property: 'a.b' };
    await expect(
      render([
        [named('a', { form: hex }), [found('a', 'canary')]],
        [named('b'), [found('b')]],
        [named('c', { form: property }), [found('c', '{"a":"canary"}')]],
      ]),
    ).rejects.toMatchObject({
      code: 'ObjectContentInvalid',
      message: [
        'secret "a" (objects[a]) of vault shop: its text is not valid hex: it has other characters than 0-9 and a-f',
        'secret "c" (objects[c]) of vault shop: its JSON document has no property "a.b"; check the path (keys joined by dots, "\\." for a dot within a key)',
      ].join(' | '),
    });
  });

  test.each<[string, [VolumeItem, FoundObject[]][], string]>([
    [
      'two that would be one file',
      [
        [named('db'), [found('db')]],
        [selection('objects[1]'), [found('db')]],
      ],
      'secret "db" (objects[db]) of vault shop and secret "db" (objects[1]) of vault shop would be one file, "db"; give one another alias or directory, or select less',
    ],
    [
      'two that differ in case alone',
      [
        [named('db', {}, 'DB'), [found('db')]],
        [selection('objects[1]'), [found('db')]],
      ],
      '"DB" of secret "db" (objects[db]) of vault shop and "db" of secret "db" (objects[1]) of vault shop would be the same file, or one the directory of the other; give one another alias or directory, or select less',
    ],
    [
      "one that would be another's directory",
      [
        [named('db', {}, 'a'), [found('db')]],
        [selection('objects[1]', 'a'), [found('b')]],
      ],
      '"a" of secret "db" (objects[db]) of vault shop and "a/b" of secret "b" (objects[1]) of vault shop would be the same file, or one the directory of the other; give one another alias or directory, or select less',
    ],
    [
      'metadata that would be where an object is',
      [
        [named('a', { metadata: true }), [found('a')]],
        [named('b', {}, 'a.metadata.json'), [found('b')]],
      ],
      'the metadata of secret "a" (objects[a]) of vault shop and secret "b" (objects[b]) of vault shop would be one file, "a.metadata.json"; give one another alias or directory, or select less',
    ],
  ])('%s', async (_, pairs, message) => {
    await expect(render(pairs)).rejects.toMatchObject({ code: 'FilesCollide', message });
  });

  test('but not more collisions than an event can hold', async () => {
    const many = Array.from({ length: 100 }, (_, index) => found(`s${index}`));
    await expect(
      render([
        [selection('objects[0]'), many],
        [selection('objects[1]'), many],
      ]),
    ).rejects.toMatchObject({ message: expect.stringMatching(/ \| and 90 more files collide$/) });
  });
});

describe('one combined file holds all objects, in order', () => {
  const pairs: [VolumeItem, FoundObject[]][] = [
    [named('db-password'), [found('db-password', "it's")]],
    [selection('objects[1]', 'more'), [found('b'), found('a')]],
    [named('n', {}, '10'), [found('n', 'ten')]],
    [named('p', {}, '__proto__'), [found('p', 'é')]],
  ];

  test.each<[CombinedFile['format'], string]>([
    ['dotenv', `DB_PASSWORD="it's"\nMORE_B='value of b'\nMORE_A='value of a'\n_10=ten\n__proto__='é'\n`],
    ['properties', "db-password=it's\nmore/b=value of b\nmore/a=value of a\n10=ten\n__proto__=\\u00E9\n"],
    [
      'json',
      '{\n  "db-password": "it\'s",\n  "more/b": "value of b",\n  "more/a": "value of a",\n  "10": "ten",\n  "__proto__": "é"\n}\n',
    ],
  ])('as %s', async (format, text) => {
    expect(await render(pairs, { file: 'app/config', format })).toEqual({ 'app/config': text });
  });

  test.each<[CombinedFile['format'], string]>([
    ['dotenv', ''],
    ['properties', ''],
    ['json', '{}\n'],
  ])('as %s even when none was found', async (format, text) => {
    expect(await render([[named('a', { optional: true }), []]], { file: 'f', format })).toEqual({ f: text });
  });

  test('and metadata stands beside it', async () => {
    const files = await render([[named('a', { metadata: true }), [found('a')]]], {
      file: 'f',
      format: 'dotenv',
    });
    expect(Object.keys(files).sort()).toEqual(['a.metadata.json', 'f']);
  });

  test('unless two would have one name, or one has bytes that are no text, or no name can be made', async () => {
    const binary: ObjectForm = { ...raw, encoding: 'hex' };
    const action = render(
      [
        [named('db-x'), [found('db-x')]],
        [named('b', { form: binary }), [found('b', 'ff')]],
        [named('c', {}, 'clé'), [found('c')]],
        [named('d', {}, 'db.x'), [found('d')]],
      ],
      { file: 'app.env', format: 'dotenv' },
    );
    await expect(action).rejects.toMatchObject({
      code: 'ObjectContentInvalid',
      message: [
        'secret "b" (objects[b]) of vault shop: it is binary (not UTF-8), which a combined file cannot hold; choose a text form with format or encoding, or drop combine',
        'secret "c" (objects[c]) of vault shop: no variable\'s name can be made from "clé"; give it an alias of the letters A to Z, digits and underscores',
        'secret "db-x" (objects[db-x]) of vault shop and secret "d" (objects[d]) of vault shop would both be DB_X in "app.env"; give one another alias, or select less',
      ].join(' | '),
    });
  });
});

test('a container is opened once, however many items read it', async () => {
  const identity = await openssl.certify('/CN=own', await openssl.key('P-256'));
  const container = await openssl.pkcs12(identity, [], ['-passout', 'pass:', '-iter', '20000']);
  const object = found('own', container.toString('base64'));
  /** Breaths that opening takes: one for so many rounds. */
  const breathsOf = async (...parts: readonly ('key' | 'chain' | 'cert' | 'all')[]) => {
    let breaths = 0;
    const items = parts.map((part) => named('own', { form: { ...raw, format: 'pem', part } }, part));
    const files = await renderFiles(
      { items, combined: undefined, pfxPassword: undefined },
      items.map(() => [object]),
      never,
      () => {
        breaths += 1;
        return undefined;
      },
    );
    expect(files.map(({ bytes }) => Buffer.from(bytes).toString().slice(0, 16))).toEqual(
      parts.map((part) => (part === 'key' || part === 'all' ? '-----BEGIN PRIVA' : '-----BEGIN CERTI')),
    );
    return breaths;
  };
  const one = await breathsOf('key');
  expect(one).toBeGreaterThan(100);
  expect(await breathsOf('key', 'chain', 'cert', 'all')).toBeLessThan(one + 10);
});
