import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ObjectForm } from '../options/items.ts';
import type { PublicKey } from '../ports.ts';
import { objectBytes } from './object-bytes.ts';

const secretForm = {
  type: 'secret',
  format: 'raw',
  part: 'all',
  encoding: 'utf-8',
  property: undefined,
} as const;
const hexOf = async (value: string, form: ObjectForm = secretForm, contentType?: string) =>
  Buffer.from(await objectBytes({ type: 'secret', value, contentType }, form, undefined)).toString('hex');

test.each([
  ['of letters', 'hunter2', '68756e74657232'],
  ['of any script', 'é鍵😀', 'c3a9e98db5f09f9880'],
  ['with line ends of all kinds, kept', 'a\r\nb\n', '610d0a620a'],
  ['with a byte order mark, kept', '\ufeffa', 'efbbbf61'],
  ['that looks like base64, which is not decoded', 'AAAA', '41414141'],
  ['that is empty', '', ''],
])("a secret's value %s is the file", async (_, value, hex) => {
  expect(await hexOf(value)).toBe(hex);
});

describe('format auto leaves a secret as it is', () => {
  const form = { ...secretForm, format: 'auto' } as const;
  test.each([undefined, 'text/plain', 'application/x-pkcs12-but-not-really', ''])(
    'of content type %s',
    async (contentType) => {
      expect(await hexOf('hunter2', form, contentType)).toBe('68756e74657232');
    },
  );

  test.each(['application/x-pkcs12', 'application/x-pem-file', 'Application/X-PKCS12; charset=utf-8'])(
    'but looks for a certificate in one of content type %s',
    async (contentType) => {
      await expect(hexOf('hunter2', form, contentType)).rejects.toMatchObject({
        code: 'ObjectContentInvalid',
      });
    },
  );
});

test('a property is picked before its text is decoded', async () => {
  const form = { ...secretForm, property: 'db.password', encoding: 'hex' } as const;
  expect(await hexOf('{"db":{"password":"00ff"}}', form)).toBe('00ff');
});

describe('a certificate is the file', () => {
  const der = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x00);
  test('as DER', async () => {
    expect(await objectBytes({ type: 'cert', der }, { type: 'cert', format: 'der' }, undefined)).toEqual(der);
  });

  test('as PEM', async () => {
    const pem = await objectBytes({ type: 'cert', der }, { type: 'cert', format: 'pem' }, undefined);
    expect(Buffer.from(pem).toString()).toBe(
      '-----BEGIN CERTIFICATE-----\nMAMCAQA=\n-----END CERTIFICATE-----\n',
    );
  });
});

describe("a key's file can be read back as the public key", () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
  const key: PublicKey = { kty: 'RSA', n: bytes(n), e: bytes(e) };
  const file = async (format: 'pem' | 'jwk' | 'der') =>
    Buffer.from(await objectBytes({ type: 'key', key }, { type: 'key', format }, undefined));

  test('as PEM', async () => {
    expect(createPublicKey(await file('pem')).equals(publicKey)).toBe(true);
  });

  test('as DER', async () => {
    const read = createPublicKey({ key: await file('der'), format: 'der', type: 'spki' });
    expect(read.equals(publicKey)).toBe(true);
  });

  test('as JWK', async () => {
    const read = createPublicKey({ key: JSON.parse((await file('jwk')).toString()), format: 'jwk' });
    expect(read.equals(publicKey)).toBe(true);
  });
});
