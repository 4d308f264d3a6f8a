import { join, normalize } from 'node:path';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { optionFields } from '../../options/fields.ts';
import { collisionsOf, faultOfFilePath } from '../../options/file-path.ts';
import { itemFields } from '../../options/objects.ts';
import { validOptions } from '../../options/testing/valid-options.ts';
import { type MountRequest, parseVolumeOptions } from '../../options/volume-options.ts';
import { topLevelNames } from '../../volume/payload.ts';
import { area, CANARY } from './area.ts';
import { json, nearlyText, objectOf, text } from './hostile.ts';

const secretly: Readonly<Record<string, string>> = {
  ...validOptions,
  'kubernetes.io/secret/clientsecret': btoa(CANARY),
  'kubernetes.io/secret/pfxpassword': btoa(CANARY),
};
const withoutLists = Object.fromEntries(
  Object.entries(secretly).filter(([key]) => !key.startsWith('keyvaultobject')),
);

const key = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...Object.keys(optionFields)) },
  { weight: 3, arbitrary: fc.constantFrom(...Object.keys(secretly)) },
  { weight: 1, arbitrary: text },
);
const value = fc.oneof(
  { weight: 5, arbitrary: text },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'true',
      'false',
      'secret',
      'key',
      'cert',
      '0440',
      '1000',
      'a;b',
      'testkv',
      '2579',
    ),
  },
  { weight: 1, arbitrary: json.map((document) => JSON.stringify(document)) },
);
const changed = fc
  .array(fc.tuple(key, value), { maxLength: 6 })
  .map((entries) => JSON.stringify({ ...secretly, ...objectOf(entries) }));

/** The document that kubelet passes, with options as a pod's author may have written them, or broken altogether. */
export const optionsDocument: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: changed },
  { weight: 2, arbitrary: nearlyText(JSON.stringify(secretly)) },
  { weight: 1, arbitrary: json.map((document) => JSON.stringify(document)) },
  { weight: 1, arbitrary: text },
);

const fieldValue = fc.oneof(
  { weight: 4, arbitrary: text },
  {
    weight: 3,
    arbitrary: fc.constantFrom('secret', 'key', 'cert', 'pem', 'pfx', 'raw', 'jwk', 'der', 'all', 'hex'),
  },
  { weight: 2, arbitrary: fc.constantFrom('db-password', 'tls/key', 'a.b', '0400', 'true') },
  { weight: 1, arbitrary: json },
);
const item = fc
  .tuple(
    fc.constantFrom('db-password', 'tls', 'a'),
    fc.array(fc.tuple(fc.oneof(fc.constantFrom(...Object.keys(itemFields)), text), fieldValue), {
      maxLength: 4,
    }),
  )
  .map(([name, entries]) => objectOf([['name', name], ...entries]));
const name = fc.constantFrom('db-password', 'tls', 'a', 'B', 'c-1');
const sane = fc.record(
  {
    name,
    type: fc.constantFrom('secret', 'key', 'cert'),
    alias: fc.oneof(fc.constantFrom('x', 'X', 'tls/key', 'x/y/z', '.hidden', 'e\u0301', '\u00e9'), text),
    vault: fc.constantFrom('otherkv', 'third'),
    mode: fc.constantFrom('0400', '0440'),
    optional: fc.boolean(),
    metadata: fc.boolean(),
  },
  { requiredKeys: ['name'] },
);
const list = fc.oneof(
  { weight: 5, arbitrary: fc.array(sane, { minLength: 1, maxLength: 3 }) },
  { weight: 5, arbitrary: fc.array(item, { maxLength: 4 }) },
  { weight: 1, arbitrary: json },
);
/** Texts that cost more than they are long, of any size: levels, and many of something small. */
const costly = fc
  .tuple(
    fc.constantFrom<(times: number) => string>(
      (times) => `${'['.repeat(times)}${']'.repeat(times)}`,
      (times) => `${'{"a":'.repeat(times)}1${'}'.repeat(times)}`,
      (times) => `${'- '.repeat(times)}a`,
      (times) => Array.from({ length: times % 300 }, (_, level) => `${' '.repeat(level)}a:\n`).join(''),
      (times) => `- &a b\n${'- *a\n'.repeat(times)}`,
      (times) => '- !a b\n'.repeat(times),
      (times) => `[x${',{}'.repeat(times)}]`,
      (times) => `- '${"''".repeat(times)}'\n`,
      (times) => `- |+\n b\n${'\n'.repeat(times)}`,
      (times) =>
        JSON.stringify([Object.fromEntries(Array.from({ length: times }, (_, key) => [`k${key}`, 1]))]),
      (times) =>
        JSON.stringify(Array(times % 600).fill({ select: { name: '{a,b}{c,d}{e,f}{g,h}{i,j}{k,l}*' } })),
      (times) => JSON.stringify([{ select: { name: `{${'a,'.repeat(times)}b}` } }]),
      (times) => JSON.stringify([{ name: 'a', alias: `${'d/'.repeat(times % 600)}f` }]),
    ),
    fc.nat({ max: 20_000 }),
  )
  .map(([text, times]) => text(times));
const objectsText = fc.oneof(
  { weight: 1, arbitrary: costly },
  { weight: 3, arbitrary: list.map((document) => JSON.stringify(document)) },
  { weight: 3, arbitrary: list.map(yamlOf) },
  {
    weight: 3,
    arbitrary: nearlyText(
      '- {name: db-password, type: secret, alias: a/b}\n- &x {name: tls, format: pem}\n- *x\n',
      '- name: db-password\n  alias: |\n    text\n  select: {name: "a*", tags: {k: v}}\n',
      '[{"name":"db-password","version":"0123456789abcdef0123456789abcdef"}]',
    ),
  },
  { weight: 1, arbitrary: text },
  {
    weight: 1,
    arbitrary: fc
      .tuple(text, fc.nat({ max: 3000 }))
      .map(([piece, times]) => piece.repeat(times).slice(0, 60_000)),
  },
);

/** The same with `objects` (and sometimes `combine`) instead of lists. */
export const objectsDocument: fc.Arbitrary<string> = fc
  .tuple(objectsText, fc.option(objectsText, { nil: undefined, freq: 5 }))
  .map(([objects, combine]) => JSON.stringify({ ...withoutLists, objects, combine }));

export const optionsArea = area('options', optionsDocument, expectSafe);
export const objectsArea = area('objects (YAML and JSON)', objectsDocument, expectSafe);

export const filePathsArea = area('aliases', fc.array(text, { maxLength: 5 }), (paths) => {
  const safe = paths.filter((path) => faultOfFilePath(path) === undefined);
  for (const path of safe) expectBelow(path);
  if (collisionsOf(safe).length > 0) return;
  expectDistinct(safe);
  for (const name of topLevelNames(safe.map((path) => ({ path })))) expectBelow(name);
});

async function expectSafe(document: string): Promise<void> {
  const request = await parseVolumeOptions(document, {});
  const files = filesOf(request);
  for (const file of files) expectBelow(file);
  if (request.combined === undefined) expectDistinct(files);
}

function filesOf({ items, combined }: MountRequest): string[] {
  const own = items.flatMap(({ source, metadata }) => {
    if (source.kind === 'selection') return [];
    return metadata ? [source.file, `${source.file}.metadata.json`] : [source.file];
  });
  return combined === undefined ? own : [...own, combined.file];
}

/** Told by other means than the driver's own: the system's path arithmetic, and Linux's limits. */
function expectBelow(path: string): void {
  const whole = join('/volume/payload', path);
  const isBelow = whole.startsWith('/volume/payload/') && normalize(whole) === `/volume/payload/${path}`;
  const fits = path
    .split('/')
    .every((name) => name !== '' && !name.startsWith('..') && Buffer.byteLength(name) <= 255);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is looked for
  if (!isBelow || !fits || /[\u0000-\u001f\\]/.test(path)) throw new Error(`accepts ${JSON.stringify(path)}`);
}

function expectDistinct(paths: readonly string[]): void {
  const folded = paths.map((path) => path.normalize('NFC').toLowerCase());
  if (new Set(folded).size !== folded.length)
    throw new Error(`takes one file twice: ${JSON.stringify(paths)}`);
}

function yamlOf(document: unknown): string {
  try {
    return stringify(document);
  } catch {
    return String(document);
  }
}
