import fc from 'fast-check';

/** Texts that have broken programs: traversal, prototypes, bidi controls, look-alikes, halves of characters, markup. */
const NASTY = [
  '',
  ' ',
  '.',
  '..',
  '...',
  '..data',
  '../x',
  'a/../../x',
  '/etc/passwd',
  '//x',
  'a//b',
  'a/',
  './a',
  '..\\x',
  'a\\b',
  '%2e%2e%2fx',
  '\u002e\u002e/x',
  '\u2025/x', // two dot leader: NFKC makes it ".."
  '\uff0e\uff0e/x', // full-width dots
  '\u2024\u2024/x',
  'a\u2215b', // division slash
  'a\uff0fb', // full-width slash: NFKC makes it "/"
  '\u202egnp.exe',
  '\u2066a\u2069',
  '\ufeffa',
  'a\u200bb',
  'K', // Kelvin sign: lower case is "k"
  '\u0130', // capital I with dot: lower case is two characters
  'ß',
  'e\u0301',
  'é',
  'ﬁ',
  '\ud800',
  'a\udc00b',
  'nul\0byte',
  'line\nend',
  'a\r\nb',
  'a\u2028b',
  'a\u0085b',
  '\u001b[2J',
  'x'.repeat(255),
  'x'.repeat(256),
  'é'.repeat(128),
  '😀'.repeat(64),
  `${'d/'.repeat(511)}f`,
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '&a [*a,*a]',
  '&a {b: *a}',
  '<<: {a: 1}',
  '!!js/function "x"',
  '!!binary AAAA',
  '%YAML 1.1',
  '---\n---',
  '? [a]\n: b',
  '- - - - - - - - - - - - - - - - - - - -',
  '[[[[[[[[[[[[[[[[[[[[',
  '{{{{{{{{{{{{{{{{',
  '"\\ud800"',
  '*',
  '**',
  '{a,{b,{c,d}}}',
  '[!a-z]',
  '(((((a+)+)+)+)+)$',
  '1e999',
  '0x10',
  '-1',
  '0777',
  '99999999999999999999',
  'NaN',
  'null',
  'true',
  'TRUE',
  '-----BEGIN CERTIFICATE-----',
  '-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----',
  '$(reboot)',
  '`reboot`',
  '$HOME',
  "';--",
] as const;

const nasty = fc.constantFrom<string>(...NASTY);

/** Any text, often a nasty one, or nasty ones put together. */
export const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: nasty },
  { weight: 2, arbitrary: fc.array(nasty, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.constantFrom('a', 'A', '.', '/', ';', ' ', '*', '-'), maxLength: 20 }),
  },
);

/** Any JSON value, often with keys that mean something to JavaScript. */
export const json: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map(objectOf),
  ),
})).value;

/** An object with exactly these own keys, `__proto__` too. */
export function objectOf(entries: readonly (readonly [string, unknown])[]): object {
  const object: Record<string, unknown> = Object.create(null);
  for (const [key, value] of entries) object[key] = value;
  return object;
}

/** One edit of a text or of bytes: a piece of `length` at `at` (both as shares of the whole) becomes another. */
interface Edit<Piece> {
  readonly at: number;
  readonly length: number;
  readonly instead: Piece;
}

function edits<Piece>(piece: fc.Arbitrary<Piece>, maxLength: number): fc.Arbitrary<Edit<Piece>[]> {
  const at = fc.double({ min: 0, max: 1, noNaN: true });
  const length = fc.oneof(fc.constant(0), fc.constant(1), fc.nat({ max: 12 }), fc.nat({ max: 400 }));
  return fc.array(fc.record({ at, length, instead: piece }), { minLength: 1, maxLength });
}

/** A text that is nearly one of these. */
export function nearlyText(...originals: readonly string[]): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...originals), edits(text, 3)).map(([original, changes]) =>
    changes.reduce((whole, { at, length, instead }) => {
      const start = Math.floor(at * whole.length);
      return whole.slice(0, start) + instead + whole.slice(start + length);
    }, original),
  );
}

/** Bytes that are nearly some of these. */
export function nearlyBytes(...originals: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const byte = fc.oneof(
    fc.constantFrom(0x00, 0x01, 0x02, 0x04, 0x24, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x84, 0x88, 0xa0, 0xff),
    fc.nat({ max: 255 }),
  );
  const piece = fc.array(byte, { maxLength: 6 }).map((bytes) => Uint8Array.from(bytes));
  return fc
    .tuple(fc.constantFrom(...originals), edits(piece, 3), fc.boolean())
    .map(([original, changes, keepsLength]) =>
      changes.reduce<Uint8Array>((whole, { at, length, instead }) => {
        const start = Math.floor(at * whole.length);
        const removed = keepsLength ? instead.length : length;
        return Buffer.concat([whole.subarray(0, start), instead, whole.subarray(start + removed)]);
      }, original),
    );
}
