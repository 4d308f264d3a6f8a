import { expect, test } from 'vitest';
import { packOf } from './pack.ts';

/** As driver/front/native/parts.c reads it: entries of three words behind a count, all counted from the beginning of the pack. */
function read(pack: Buffer): { name: string; bytes: string }[] {
  return Array.from({ length: pack.readUInt32LE(0) }, (_, index) => {
    const [name, offset, length] = [0, 4, 8].map((at) => pack.readUInt32LE(4 + index * 12 + at)) as [
      number,
      number,
      number,
    ];
    return {
      name: pack.toString('utf8', name, pack.indexOf(0, name)),
      bytes: pack.toString('utf8', offset, offset + length),
    };
  });
}

test.each([
  ['no parts', []],
  ['one part', [['main.mjs', 'begin']]],
  [
    'parts in their order, the one that begins first',
    [
      ['main.mjs', 'begin'],
      ['a.mjs', ''],
      ['chunk-é.mjs', 'with\0NUL and é'],
    ],
  ],
] as [string, [string, string][]][])('%s are found again', (_, parts) => {
  const pack = packOf(parts.map(([name, bytes]) => ({ name, bytes: Buffer.from(bytes) })));
  expect(read(pack)).toEqual(parts.map(([name, bytes]) => ({ name, bytes })));
});

test('nothing lies between or behind the parts, so that the same parts make the same bytes', () => {
  const pack = packOf([
    { name: 'a', bytes: Buffer.from('xyz') },
    { name: 'bc', bytes: Buffer.from('12') },
  ]);
  expect(pack.subarray(4 + 2 * 12).toString()).toBe('a\0bc\0xyz12');
});
