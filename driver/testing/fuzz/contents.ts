import fc from 'fast-check';
import { decodeText } from '../../forms/decode-text.ts';
import { jsonProperty } from '../../forms/json-property.ts';
import { compileGlob } from '../../keyvault/glob.ts';
import { parseMountInfo } from '../../volume/mountinfo.ts';
import { resolveTarget } from '../../volume/target.ts';
import { area } from './area.ts';
import { json, nearlyText, text } from './hostile.ts';

const documents = fc.oneof(
  json.map((document) => JSON.stringify(document)),
  fc.constant('{"a":{"b":[1,{"c":"d"}],"e.f":"g"},"__proto__":1}'),
  nearlyText('{"a":{"b":[1,{"c":"d"}],"e.f":"g"},"\\u0061":1}'),
  fc.nat({ max: 200 }).map((levels) => `${'{"a":['.repeat(levels)}1${']}'.repeat(levels)}`),
  fc.nat({ max: 200 }).map((times) => `{${'"a":{"b":1},'.repeat(times)}"a":{"c":2}}`),
  text,
);
const paths = fc.oneof(
  fc.constantFrom(
    'a',
    'a.b',
    'a.b.0',
    'a.b.1.c',
    'a.0.a.0.a.0',
    'a.c',
    'a.e\\.f',
    '__proto__',
    'constructor.name',
  ),
  text,
);
export const jsonPropertyArea = area('JSON properties', fc.tuple(documents, paths), ([document, path]) => {
  if (typeof jsonProperty(document, path) !== 'string') throw new Error('no text');
});

export const decodedTextArea = area(
  'encodings',
  fc.tuple(
    fc.oneof(
      text,
      fc.base64String({ maxLength: 60 }),
      fc.string({ unit: fc.constantFrom('0', 'a', 'F', ' '), maxLength: 40 }),
    ),
    fc.constantFrom('utf-8' as const, 'base64' as const, 'hex' as const),
  ),
  ([value, encoding]) => {
    if (!(decodeText(value, encoding) instanceof Uint8Array)) throw new Error('no bytes');
  },
);

const globPiece = fc.constantFrom(
  '*',
  '?',
  '[a-z]',
  '[!a]',
  '{a,b}',
  '{',
  '}',
  ',',
  '[',
  ']',
  '-',
  'a',
  '**',
  '(',
  '+',
);
const globs = fc.oneof(
  fc.array(globPiece, { maxLength: 30 }).map((pieces) => pieces.join('')),
  text,
);
export const globArea = area(
  'name patterns',
  fc.tuple(globs, fc.string({ unit: fc.constantFrom('a', 'b', '-', '0'), maxLength: 127 })),
  ([pattern, name]) => {
    const matches = compileGlob(pattern);
    if (typeof matches !== 'string') matches(name);
  },
);

const targets = fc.oneof(nearlyText('/nowhere/pods/0123-abcd/volumes/azure~kv/kv'), text);
export const targetArea = area('targets', targets, (target) => {
  const resolved = resolveTarget(target);
  if (resolved !== undefined && !/\/pods\/[^/]+\/volumes\/[^/]+~[^/]+\/[^/]+$/.test(resolved))
    throw new Error(`resolves to ${JSON.stringify(resolved)}`);
});

const mountLines = nearlyText(
  '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n37 36 0:30 / /a\\040b rw - tmpfs keyvault-flexvol rw\n',
);
export const mountInfoArea = area('mountinfo', mountLines, (lines) => {
  parseMountInfo(lines);
});
