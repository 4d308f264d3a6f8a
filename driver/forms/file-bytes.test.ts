import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { fileBytes } from './file-bytes.ts';

test.each([
  ['of letters', 'hunter2', '68756e74657232'],
  ['of any script', 'é鍵😀', 'c3a9e98db5f09f9880'],
  ['with line ends of all kinds, kept', 'a\r\nb\n', '610d0a620a'],
  ['with a byte order mark, kept', '\ufeffa', 'efbbbf61'],
  ['that looks like base64, which is not decoded', 'AAAA', '41414141'],
  ['that is empty', '', ''],
])("a secret's value %s is the file", (_, value, hex) => {
  expect(Buffer.from(fileBytes({ type: 'secret', value, contentType: undefined })).toString('hex')).toBe(hex);
});

test("a certificate's DER is the file", () => {
  const der = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x00);
  expect(fileBytes({ type: 'cert', der })).toEqual(der);
});

test("a key's file can be read back as the public key", () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
  const file = fileBytes({ type: 'key', key: { kty: 'RSA', n: bytes(n), e: bytes(e) } });
  expect(createPublicKey(Buffer.from(file)).equals(publicKey)).toBe(true);
});
