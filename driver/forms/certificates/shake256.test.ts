import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { shake256 } from './shake256.ts';

test.each([0, 1, 135, 136, 137, 1000])('of %s bytes it is Node’s', (length) => {
  const data = Buffer.from(Array.from({ length }, (_, index) => (index * 7) & 0xff));
  for (const size of [1, 114, 136, 300]) {
    const expected = createHash('shake256', { outputLength: size }).update(data).digest('hex');
    expect(Buffer.from(shake256(data, size)).toString('hex')).toBe(expected);
  }
});
