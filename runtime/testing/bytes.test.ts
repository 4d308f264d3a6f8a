import fc from 'fast-check';
import { expect, test } from 'vitest';
import { text } from '../../driver/testing/fuzz/hostile.ts';
import { differences } from './differences.ts';
import { onBoth } from './host.ts';

const base64 = fc.string({
  unit: fc.constantFrom('A', 'b', '3', '+', '/', '-', '_', '=', '\n', ' ', '\t', '.'),
  maxLength: 12,
});
const hex = fc.string({ unit: fc.constantFrom('0', '9', 'a', 'F', 'g'), maxLength: 9 });
/** Of UTF-8 the bytes at which its rules change. */
const byte = fc.oneof(
  fc.constantFrom(0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xed, 0xef),
  fc.constantFrom(0xf0, 0xf4, 0xf5, 0xff, 0xbb),
  fc.nat({ max: 255 }),
);

const texts = [
  '',
  '\ufeffx',
  '\ud83d\ude00',
  '\ude00\ud83d',
  'x'.repeat(10_000),
  ...fc.sample(text, { numRuns: 600, seed: 1 }),
];
const encoded = [
  '',
  'YQ',
  'YQ=',
  'YQ==',
  'YR==',
  'Y',
  ' Y Q = = ',
  ...fc.sample(base64, { numRuns: 2000, seed: 2 }),
  ...fc.sample(hex, { numRuns: 200, seed: 3 }),
];
const bytes = [
  [],
  [0xef, 0xbb, 0xbf],
  [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf, 0x41],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  Array.from({ length: 5000 }, (_, index) => index & 0xff),
  ...fc.sample(fc.array(byte, { maxLength: 9 }), { numRuns: 2000, seed: 4 }),
];

test('texts and bytes become each other as on Node', async () => {
  const inputs = { texts, encoded, bytes };
  const answers = await onBoth('bytes-script.ts', inputs);
  expect(differences({ ...inputs, pairs: bytes }, answers)).toEqual([]);
});
