import { generateKeyPairSync } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { assemble } from './chain.ts';
import { readPem } from './pem-blocks.ts';
import { type Identity, Workshop } from './testing/openssl.ts';

const openssl = await Workshop.open();
afterAll(() => openssl.close());

/** The certificate that comes first, as PEM, of what is stored. */
function leafOf(...pems: readonly string[]): string {
  const { chain } = assemble(readPem(pems.join('')));
  return pemOf(chain[0]?.der ?? new Uint8Array());
}

function pemOf(der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .match(/.{1,64}/g);
  return `-----BEGIN CERTIFICATE-----\n${lines?.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const generate = (...options: readonly string[]) => openssl.text(['genpkey', ...options]);
const ec = (curve: string) => generate('-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${curve}`);
const stranger = await openssl.certify('/CN=stranger', await ec('P-256'));

const kinds: readonly (readonly [string, () => Promise<string>])[] = [
  ['RSA', () => generate('-algorithm', 'RSA')],
  ['RSA of three primes', () => generate('-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_primes:3')],
  ['RSA-PSS', () => generate('-algorithm', 'RSA-PSS')],
  [
    'RSA-PSS with parameters',
    () =>
      generate(
        ...['-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_pss_keygen_md:sha256'],
        ...['-pkeyopt', 'rsa_pss_keygen_mgf1_md:sha256', '-pkeyopt', 'rsa_pss_keygen_saltlen:32'],
      ),
  ],
  ...[
    ...['prime192v1', 'secp224r1', 'P-256', 'P-384', 'P-521', 'secp256k1'],
    ...['brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1'],
  ].map((curve) => [curve, () => ec(curve)] as const),
  ['Ed25519', () => generate('-algorithm', 'ED25519')],
  ['Ed448', () => generate('-algorithm', 'ED448')],
];

test.each(kinds)('a key of the kind %s is found to fit its certificate and no other', async (_, make) => {
  const [key, other] = [await make(), await make()];
  const own = await openssl.certify('/CN=own', key);
  const namesake = await openssl.certify('/CN=own', other);
  expect(leafOf(key, stranger.certificate, namesake.certificate, own.certificate)).toBe(own.certificate);
  expect(() => assemble(readPem(key + stranger.certificate + namesake.certificate))).toThrow(
    'its private key fits none of its certificates; store the two that belong together',
  );
});

test.each(['P-256', 'P-521', 'secp256k1', 'brainpoolP256r1', 'secp224r1'])(
  'a key on %s is found however its point and curve are written',
  async (curve) => {
    const key = await ec(curve);
    const own = await openssl.certify('/CN=own', key);
    const written = await Promise.all(
      [
        ['-no_public'],
        ['-conv_form', 'compressed'],
        ['-conv_form', 'hybrid'],
        ['-param_enc', 'explicit'],
        ['-param_enc', 'explicit', '-no_public'],
      ].map((options) => openssl.text(['ec', ...options], key)),
    );
    for (const form of written) {
      expect(leafOf(form, stranger.certificate, own.certificate)).toBe(own.certificate);
      const certified = await openssl.certify('/CN=own', form).catch(() => undefined);
      if (certified)
        expect(leafOf(key, stranger.certificate, certified.certificate)).toBe(certified.certificate);
    }
  },
);

test('a key that says another public half than its own is damaged, and is paired by neither', async () => {
  const [one, two] = [
    await openssl.certify('/CN=1', await ec('P-256')),
    await openssl.certify('/CN=2', await ec('P-256')),
  ];
  const point = (identity: Identity) => derOf(identity.key).subarray(-64);
  const mixed = Buffer.concat([derOf(one.key).subarray(0, -64), point(two)]);
  const text = `-----BEGIN PRIVATE KEY-----\n${mixed.toString('base64')}\n-----END PRIVATE KEY-----\n`;
  for (const certificate of [one.certificate, two.certificate])
    expect(() => assemble(readPem(text + certificate))).toThrow(/^its private key is damaged: /);
});

test('an RSA key whose parts are of two keys is damaged', async () => {
  const jwks = [0, 1].map(() =>
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'der', type: 'pkcs1' }),
  );
  const [one = Buffer.alloc(0), two = Buffer.alloc(0)] = jwks;
  // The modulus of the one, behind version and header, with the secret of the other.
  const mixed = Buffer.concat([one.subarray(0, 268), two.subarray(268)]);
  const text = `-----BEGIN RSA PRIVATE KEY-----\n${mixed.toString('base64')}\n-----END RSA PRIVATE KEY-----\n`;
  expect(() => assemble(readPem(text + stranger.certificate))).toThrow(
    /^its private key is damaged: |is damaged/,
  );
});

test('an RSA-PSS key does not fit the certificate of the plain RSA key of its numbers', async () => {
  const key = await generate('-algorithm', 'RSA');
  const own = await openssl.certify('/CN=own', key);
  const rsa = readPem(key).keys[0]?.pkcs8 ?? new Uint8Array();
  const pss = Buffer.from(
    Buffer.from(rsa).toString('hex').replace('2a864886f70d010101', '2a864886f70d01010a'),
    'hex',
  );
  const text = `-----BEGIN PRIVATE KEY-----\n${pss.toString('base64')}\n-----END PRIVATE KEY-----\n`;
  expect(() => assemble(readPem(text + own.certificate))).toThrow('fits none of its certificates');
});

test('a key of a kind that the driver cannot compute with is refused by its name', async () => {
  const x25519 = await generate('-algorithm', 'X25519');
  expect(() => assemble(readPem(x25519 + stranger.certificate))).toThrow(
    'its private key is of the kind X25519 (1.3.101.110), of which this driver cannot tell whether a certificate fits; use format: raw',
  );
  const sm2 = await ec('SM2');
  expect(() => assemble(readPem(sm2 + stranger.certificate))).toThrow(
    'of the kind EC on a curve other than those of NIST and Brainpool and secp256k1 (1.2.840.10045.2.1)',
  );
  expect(leafOf(x25519, stranger.key, stranger.certificate)).toBe(stranger.certificate);
});

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
}
