import { afterAll, describe, expect, test } from 'vitest';
import { assemble } from './chain.ts';
import { readPem } from './pem-blocks.ts';
import { type Identity, Workshop } from './testing/openssl.ts';

const openssl = await Workshop.open();
afterAll(() => openssl.close());

const authority = { authority: true };
const bare = { authority: true, identifiers: false };
const newKey = () => openssl.key('P-256');

const root = await openssl.certify('/CN=Root', await newKey(), undefined, authority);
const upper = await openssl.certify('/CN=Upper', await newKey(), root, authority);
const lower = await openssl.certify('/CN=Lower', await newKey(), upper, authority);
const leaf = await openssl.certify('/CN=leaf', await newKey(), lower);
const stranger = await openssl.certify('/CN=stranger', await newKey());
const otherRoot = await openssl.certify('/CN=Other Root', await newKey(), undefined, authority);
/** The same authority, by another root. */
const crossUpper = await openssl.certify('/CN=Upper', upper.key, otherRoot, authority);
/** Another authority of the same name, as after a renewal with a new key. */
const namesake = await openssl.certify('/CN=Lower', await newKey(), upper, authority);

const names = new Map<string, string>(
  Object.entries({ root, upper, lower, leaf, stranger, otherRoot, crossUpper, namesake }).map(
    ([name, { certificate }]) => [pemBody(certificate), name],
  ),
);

/** The names of the chain's certificates, in order. */
function chainOf(...pems: string[]): string[] {
  const { chain } = assemble(readPem(pems.join('')));
  return chain.map(({ der }) => names.get(Buffer.from(der).toString('base64')) ?? 'unknown');
}

function pemBody(pem: string): string {
  return pem.replace(/-----[^-]+-----|\n/g, '');
}

const certificates = (...identities: Identity[]) => identities.map(({ certificate }) => certificate);

function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length <= 1) yield [...items];
  for (const [index, item] of items.entries())
    for (const rest of permutations(items.toSpliced(index, 1))) yield [item, ...rest];
}

test('a chain comes leaf first, in whatever order it was stored, with and without the key', () => {
  for (const order of permutations(certificates(leaf, lower, upper, root))) {
    expect(chainOf(leaf.key, ...order)).toEqual(['leaf', 'lower', 'upper', 'root']);
    expect(chainOf(...order)).toEqual(['leaf', 'lower', 'upper', 'root']);
  }
});

test('so it does without key identifiers, by names alone', async () => {
  const plainRoot = await openssl.certify('/CN=R', await newKey(), undefined, bare);
  const plainAuthority = await openssl.certify('/CN=A', await newKey(), plainRoot, bare);
  const plainLeaf = await openssl.certify('/CN=L', await newKey(), plainAuthority, { identifiers: false });
  const expected = certificates(plainLeaf, plainAuthority, plainRoot).map(pemBody);
  for (const order of permutations(certificates(plainLeaf, plainAuthority, plainRoot))) {
    const { chain } = assemble(readPem(order.join('')));
    expect(chain.map(({ der }) => Buffer.from(der).toString('base64'))).toEqual(expected);
  }
});

test('names that differ in case, blanks or kind of string are the same', async () => {
  // openssl copies the issuer's name from its certificate, so the authority has two: with and without the quirks.
  const key = await newKey();
  const written = await openssl.certify('/O=Example  Corp/CN=CA', key, undefined, bare);
  const renewed = await openssl.certify('/O=example corp/CN=ca', key, undefined, bare);
  const own = await openssl.certify('/CN=own', await newKey(), written, { identifiers: false });
  const { chain } = assemble(readPem(renewed.certificate + own.certificate));
  expect(chain.map(({ issuer }) => issuer)).toEqual([chain[1]?.subject, chain[1]?.subject]);
});

describe('nothing is dropped', () => {
  test.each<[string, string[], string[]]>([
    ['when the root is missing', certificates(upper, leaf, lower), ['leaf', 'lower', 'upper']],
    ['when one between is missing', certificates(root, upper, leaf), ['leaf', 'upper', 'root']],
    ['when all between are missing', certificates(root, leaf), ['leaf', 'root']],
    [
      'that does not belong to the chain: it comes last, in stored order',
      certificates(stranger, root, otherRoot, leaf, upper, lower),
      ['leaf', 'lower', 'upper', 'root', 'stranger', 'otherRoot'],
    ],
    [
      'of two certificates of one authority: the rest of the other chain follows in its order',
      certificates(otherRoot, upper, root, crossUpper, leaf, lower),
      ['leaf', 'lower', 'upper', 'root', 'crossUpper', 'otherRoot'],
    ],
    [
      'of two authorities with one name: the key identifier tells which it was',
      certificates(namesake, leaf, upper, lower),
      ['leaf', 'lower', 'upper', 'namesake'],
    ],
    ['but exact duplicates', certificates(leaf, lower, leaf, lower), ['leaf', 'lower']],
  ])('%s', (_, stored, expected) => {
    expect(chainOf(leaf.key, ...stored)).toEqual(expected);
  });
});

describe('of several keys, the one that fits the leaf is taken', () => {
  test('when others fit nothing', () => {
    const { key } = assemble(readPem(stranger.key + leaf.key + leaf.certificate));
    expect(key?.pkcs8).toEqual(readPem(leaf.key).keys[0]?.pkcs8);
  });

  test("when an authority's is there too", () => {
    const { key } = assemble(readPem(lower.key + leaf.key + lower.certificate + leaf.certificate));
    expect(key?.pkcs8).toEqual(readPem(leaf.key).keys[0]?.pkcs8);
    expect(chainOf(lower.key, leaf.key, lower.certificate, leaf.certificate)).toEqual(['leaf', 'lower']);
  });
});

test("a key that fits an authority alone makes that the chain's first", () => {
  expect(chainOf(lower.key, ...certificates(leaf, root, lower, upper))).toEqual([
    'lower',
    'upper',
    'root',
    'leaf',
  ]);
});

test('certificates that issued each other do not go round for ever', async () => {
  const [first, second] = [await newKey(), await newKey()];
  const one = await openssl.certify('/CN=One', first, undefined, bare);
  const two = await openssl.certify('/CN=Two', second, one, bare);
  const circle = await openssl.certify('/CN=One', first, two, bare);
  const { chain } = assemble(readPem(two.certificate + circle.certificate));
  expect(chain).toHaveLength(2);
});
