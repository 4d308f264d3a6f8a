import { expect, test } from 'vitest';
import { readElement } from './ber.ts';
import { Derivations, iterationsIn, MAX_ROUNDS } from './derivations.ts';

const salt = Buffer.from('salt');
const some = (iterations: number, size = 20) => ({ digest: 'sha1' as const, salt, iterations, size });
const derivations = () => new Derivations(() => undefined);

test('rounds of all keys add up, until they are too many', async () => {
  const all = derivations();
  await all.pbkdf2('a', some(1));
  expect(() => all.pbkdf2('a', some(MAX_ROUNDS))).toThrow(
    /^its PKCS#12 container takes more than 10 million rounds of hashing to open; /,
  );
});

test('a key of several digests takes the rounds of each', () => {
  expect(() => derivations().pkcs12('a', 'mac', some(MAX_ROUNDS / 2 + 1, 21))).toThrow(/more than/);
});

test('one key is derived once, and counts once', async () => {
  const all = derivations();
  const key = await all.pbkdf2('', some(1000));
  for (let again = 0; again < MAX_ROUNDS / 1000; again++)
    expect(await all.pbkdf2(null, some(1000))).toBe(key);
  expect(Buffer.from(key)).not.toEqual(Buffer.from(await all.pkcs12('', 'key', some(1000))));
  expect(await all.pkcs12(null, 'key', some(1))).not.toEqual(await all.pkcs12('', 'key', some(1)));
});

test('a count below one is refused', () => {
  const integer = (value: number) => readElement(Uint8Array.of(0x02, 0x01, value));
  expect(iterationsIn(integer(5))).toBe(5);
  for (const value of [0, 0xff]) expect(() => iterationsIn(integer(value))).toThrow(RangeError);
});
