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

const DAY = 24 * 60 * 60 * 1000;

/** The places at which the chain's certificates were stored, after so many days. */
function placesOf(stored: readonly Identity[], days = 0): number[] {
  const { chain } = assemble(readPem(certificates(...stored).join('')), Date.now() + days * DAY);
  return chain.map(({ der }) =>
    stored.findIndex(({ certificate }) => pemBody(certificate) === Buffer.from(der).toString('base64')),
  );
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

describe('of authorities with one name and no identifiers, the one that signed comes next:', () => {
  const generate = (...options: readonly string[]) => openssl.text(['genpkey', ...options]);
  const rsa = ['-algorithm', 'RSA'];
  const pss = ['-sigopt', 'rsa_padding_mode:pss'];
  test.each<[string, readonly string[], readonly string[]]>([
    ...['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'].map((hash): [string, string[], string[]] => [
      `RSA with ${hash}`,
      rsa,
      [`-${hash}`],
    ]),
    ...[
      ['sha1', '20'],
      ['sha256', '32'],
      ['sha384', '0'],
      ['sha512', '64'],
    ].map(([hash, salt]): [string, string[], string[]] => [
      `RSA-PSS with ${hash} and ${salt} bytes of salt`,
      rsa,
      [`-${hash}`, ...pss, '-sigopt', `rsa_pss_saltlen:${salt}`],
    ]),
    ['RSA-PSS of its own kind of key', ['-algorithm', 'RSA-PSS'], []],
    ['RSA of 1025 bits, with PSS', [...rsa, '-pkeyopt', 'rsa_keygen_bits:1025'], ['-sha256', ...pss]],
    ...['secp224r1', 'P-256', 'P-384', 'P-521', 'secp256k1', 'brainpoolP384r1'].flatMap((curve) =>
      ['sha1', 'sha256', 'sha512'].map((hash): [string, string[], string[]] => [
        `ECDSA on ${curve} with ${hash}`,
        ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${curve}`],
        [`-${hash}`],
      ]),
    ),
    ['Ed25519', ['-algorithm', 'ED25519'], []],
    ['Ed448', ['-algorithm', 'ED448'], []],
  ])('%s', async (_, kind, options) => {
    const byName = async () => openssl.certify('/CN=CA', await generate(...kind), undefined, bare);
    const [one, two, three] = [await byName(), await byName(), await byName()];
    const own = await openssl.certify('/CN=own', leaf.key, two, { identifiers: false, options });
    expect(placesOf([own, one, two, three])).toEqual([0, 2, 1, 3]);
    expect(placesOf([own, two, one, three])).toEqual([0, 1, 2, 3]);
  });

  test('and where an identifier names another than the one that signed, neither of them', async () => {
    const key = await newKey();
    const signer = await openssl.certify('/CN=CA', key, undefined, bare);
    const named = await openssl.certify('/CN=CA', await newKey(), undefined, authority);
    const own = await openssl.certify('/CN=own', leaf.key, signer, { identifiers: false });
    expect(placesOf([own, named, signer])).toEqual([0, 2, 1]);
    // Stored alone it is behind the leaf as one that does not belong to it.
    expect(placesOf([own, named])).toEqual([0, 1]);
  });
});

describe('an authority that was renewed with its key', () => {
  test('comes with the certificate that is valid longest; the other is last', async () => {
    const key = await newKey();
    const renewed = (days: number) => openssl.certify('/CN=CA', key, root, { authority: true, days });
    const [old, young, middle] = [await renewed(5), await renewed(40), await renewed(20)];
    const own = await openssl.certify('/CN=own', leaf.key, old);
    for (const stored of permutations([old, young, middle]))
      expect(placesOf([own, ...stored, root])).toEqual([
        0,
        1 + stored.indexOf(young),
        4,
        ...[1, 2, 3].filter((place) => place !== 1 + stored.indexOf(young)),
      ]);
  });

  test('comes with the one that has not expired, by whatever issuer', async () => {
    const key = await newKey();
    const longer = await openssl.certify('/CN=CA', key, otherRoot, { authority: true, days: 20 });
    const shorter = await openssl.certify('/CN=CA', key, root, { authority: true, days: 5 });
    const own = await openssl.certify('/CN=own', leaf.key, shorter);
    expect(placesOf([own, shorter, longer])).toEqual([0, 1, 2]);
    expect(placesOf([own, shorter, longer], 10)).toEqual([0, 2, 1]);
  });
});

test('a root that was given a new key comes with the certificate by which the old key vouches for the new', async () => {
  const [oldKey, key] = [await newKey(), await newKey()];
  const old = await openssl.certify('/CN=Root CA', oldKey, undefined, authority);
  const young = await openssl.certify('/CN=Root CA', key, undefined, authority);
  const link = await openssl.certify('/CN=Root CA', key, old, authority);
  const own = await openssl.certify('/CN=own', leaf.key, young);
  expect(placesOf([own, link, old])).toEqual([0, 1, 2]);
  expect(placesOf([old, link, own])).toEqual([2, 1, 0]);
  expect(new Set(placesOf([own, old, link, young])).size).toBe(4);
});

describe('of several certificates of one key, the leaf is', () => {
  test('the one that is valid longest, else the first that is valid', async () => {
    const renewed = (days: number) => openssl.certify('/CN=own', leaf.key, lower, { days });
    const [old, young] = [await renewed(5), await renewed(40)];
    const leafAfter = (days: number, ...stored: readonly Identity[]) =>
      assemble(readPem(leaf.key + certificates(...stored).join('')), Date.now() + days * DAY).chain[0]?.der;
    const der = ({ certificate }: Identity) => readPem(certificate).certificates[0]?.der;
    expect(leafAfter(0, old, young)).toEqual(der(young));
    expect(leafAfter(0, young, old)).toEqual(der(young));
    expect(leafAfter(10, old, young)).toEqual(der(young));
    expect(leafAfter(50, old, young)).toEqual(der(young));
    expect(leafAfter(50, old)).toEqual(der(old));
  });
});
