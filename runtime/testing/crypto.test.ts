import { constants, createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { Workshop } from '../../driver/forms/certificates/testing/openssl.ts';
import type { Input } from './crypto-script.ts';
import { differences } from './differences.ts';
import { onBoth } from './host.ts';

const openssl = await Workshop.open();
afterAll(() => openssl.close());

const privateKeys = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  'another rsa': generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey,
  'rsa-pss': generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey,
  'P-256': ec('P-256'),
  'P-384': ec('P-384'),
  'P-521': ec('P-521'),
  'P-256K': ec('secp256k1'),
  ed25519: generateKeyPairSync('ed25519').privateKey,
  ed448: generateKeyPairSync('ed448').privateKey,
};

function ec(namedCurve: string): KeyObject {
  return generateKeyPairSync('ec', { namedCurve }).privateKey;
}

const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8') =>
  key.export({ format: 'pem', type }).toString();
const der = (key: KeyObject) => key.export({ format: 'der', type: 'pkcs8' }).toString('hex');
const passphrase = 'sésame 鍵';
const encrypted = (key: KeyObject, type: 'pkcs1' | 'sec1', cipher: string) =>
  key.export({ format: 'pem', type, cipher, passphrase }).toString();

const curves = ['P-256', 'P-384', 'P-521', 'P-256K'] as const;
const withoutPublicPart = await Promise.all(
  curves.map((name) => openssl.text(['ec', '-no_public'], pem(privateKeys[name]))),
);
const certified = await Promise.all(
  [privateKeys.rsa, privateKeys['P-256'], privateKeys['P-384'], privateKeys.ed25519].map(async (key) => {
    const { certificate } = await openssl.certify('/CN=own', pem(key));
    return { pem: certificate, key: pem(key) };
  }),
);
const derOf = (text: string) => Buffer.from(text.replace(/-----[^-]+-----/g, ''), 'base64').toString('hex');
const [first = { pem: '', key: '' }] = certified;

const input: Input = {
  digests: ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha0', ''].flatMap((name) =>
    ['', '00', 'ab'.repeat(200)].map((data) => ({ name, key: data, data })),
  ),
  derivations: ['sha1', 'sha224', 'sha256', 'sha384', 'sha512'].flatMap((digest) => [
    { digest, password: '', salt: '', iterations: 1, size: 1 },
    { digest, password: passphrase, salt: 'ff00', iterations: 3, size: 200 },
    { digest, password: 'x'.repeat(300), salt: '01', iterations: 25_001, size: 40 },
  ]),
  ciphers: (
    [
      ['aes-128-cbc', 16, 16],
      ['aes-192-cbc', 24, 16],
      ['aes-256-cbc', 32, 16],
      ['des-ede3-cbc', 24, 8],
      ['des-ede3-cbc', 16, 8],
      ['aes-128-cbc', 17, 16],
      ['aes-128-cbc', 16, 8],
      ['aes-129-cbc', 16, 16],
    ] as const
  ).flatMap(([name, key, iv]) =>
    ['', '00', '11'.repeat(16), '22'.repeat(95), '10'.repeat(64)].map((data) => ({
      name,
      key: Buffer.from(Array.from({ length: key }, (_, index) => index * 7)).toString('hex'),
      iv: '5a'.repeat(iv),
      data,
    })),
  ),
  keys: [
    ...Object.values(privateKeys).flatMap((key) => [{ pem: pem(key) }, { der: der(key) }]),
    { pem: pem(privateKeys.rsa, 'pkcs1') },
    ...curves.map((name) => ({ pem: pem(privateKeys[name], 'sec1') })),
    ...withoutPublicPart.map((text) => ({ pem: text })),
    ...['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', 'des-ede3-cbc'].flatMap((cipher) => [
      { pem: encrypted(privateKeys.rsa, 'pkcs1', cipher), passphrase },
      { pem: encrypted(privateKeys['P-384'], 'sec1', cipher), passphrase },
      { pem: encrypted(privateKeys.rsa, 'pkcs1', cipher), passphrase: 'another' },
      { pem: encrypted(privateKeys.rsa, 'pkcs1', cipher) },
    ]),
    { pem: `notes\r\n${pem(privateKeys.rsa).replaceAll('\n', '\r\n')}` },
    { pem: 'nothing' },
    { pem: first.pem },
    { der: '' },
    { der: '3000' },
    { der: der(privateKeys.rsa).slice(0, -20) },
    { der: der(privateKeys['P-256']).slice(2) },
  ],
  certificates: [
    ...certified,
    ...certified.map(({ pem: text, key }) => ({ der: derOf(text), key })),
    { pem: first.pem, key: pem(privateKeys['another rsa']) },
    { pem: first.pem, key: pem(privateKeys.ed448) },
    { pem: pem(privateKeys.rsa), key: first.key },
    { der: derOf(first.pem).slice(0, -2), key: first.key },
    { der: '', key: first.key },
  ],
  signers: [pem(privateKeys.rsa), pem(privateKeys['another rsa'], 'pkcs1')],
  pairs: [
    ['', ''],
    ['00ff', '00ff'],
    ['00ff', '01ff'],
    ['00', '0000'],
  ],
};

test('cryptography is Node’s', async () => {
  const answers = await onBoth('crypto-script.ts', input);
  const { signers, ...comparable } = input;
  expect(differences({ ...comparable }, answers)).toEqual([]);
  for (const found of [answers.node, answers.runtime] as { signers: string[][]; random: number[] }[]) {
    expect(found.random).toEqual([16, 2, 36]);
    for (const [index, [pkcs1 = '', pss = '']] of found.signers.entries()) {
      const key = createPublicKey(signers[index] ?? '');
      const data = Buffer.from('data');
      expect(verify('sha256', data, key, Buffer.from(pkcs1, 'hex'))).toBe(true);
      const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
      expect(verify('sha256', data, { key, padding, saltLength }, Buffer.from(pss, 'hex'))).toBe(true);
    }
  }
});
