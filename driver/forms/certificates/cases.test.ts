// Secrets that were once read wrongly (testing/cases), with what openssl, Python's cryptography, keytool and Node make of them.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { certificateFile } from './certificate-file.ts';
import { blocksOf } from './testing/openssl.ts';

type Part = Parameters<typeof certificateFile>[2];

const stored = (name: string) => readFile(join(import.meta.dirname, 'testing/cases', name));

async function pem(name: string, part: Part = 'all', password?: string): Promise<string> {
  return Buffer.from(await certificateFile(await stored(name), 'pem', part, password)).toString();
}

const serialsOf = (text: string) =>
  blocksOf(text)
    .filter((block) => block.includes('CERTIFICATE'))
    .map((block) => new X509Certificate(block).serialNumber);

describe('a certificate with an extension that nobody needs is used as any other:', () => {
  test.each(['01a-extension-raw-text.pem', '01b-extension-high-tag-valid-der.pem'])('%s', async (name) => {
    expect(await pem(name)).toBe((await stored(name)).toString());
  });
});

test('an RSA-PSS key is paired with its own certificate, which is stored second', async () => {
  expect(serialsOf(await pem('02a-rsapss-key-ca-stored-first.pem'))).toEqual([
    '6E99573E384A510588F69A27E0C1661E48E00839',
    '64734036854A64912114870A1F49E823FA66AE4E',
  ]);
});

test('a key that fits no certificate is a fault', async () => {
  await expect(pem('02b-rsapss-key-fits-nothing.pem')).rejects.toMatchObject({
    code: 'ObjectContentInvalid',
    message: 'its private key fits none of its certificates; store the two that belong together',
  });
});

test('of two certificates of one key the one is taken that the container ties to it', async () => {
  const name = '05-java-keystore-old-and-new-certificate-of-one-key-password-secret1.p12.b64';
  const [leaf = ''] = blocksOf(await pem(name, 'cert', 'secret1'));
  expect(new X509Certificate(leaf).validTo).toMatch(/20[3-9]\d GMT$|202[7-9] GMT$/);
});

test('the authority that signed comes second, which the authority key identifier names by issuer and serial', async () => {
  expect(serialsOf(await pem('09-rekeyed-ca-aki-by-serial.pem'))).toEqual([
    '7A03461837853FACE23D86677D4B043247B5B97A',
    '7B4D6EED5D61AA152E0D8534309FF2F5B13ACC3F',
    '5C9F76D60DF44CFDD25100A1C301A163F6097E01',
  ]);
});

test('the container that GnuTLS writes by default opens', { timeout: 60_000 }, async () => {
  const opened = await pem('03a-gtls-default-password-secret.p12.b64', 'all', 'secret');
  expect(blocksOf(opened)).toHaveLength(3);
  await expect(pem('03a-gtls-default-password-secret.p12.b64', 'all', 'another')).rejects.toMatchObject({
    message: expect.stringContaining('is not the password of its PKCS#12 container'),
  });
});

describe('a container with PBMAC1 (RFC 9579)', () => {
  const name = '04-pbmac1-go-modern2026-no-password.p12.b64';

  test.each([undefined, 'of another container'])('opens, with pfxpassword %s', async (password) => {
    const blocks = blocksOf(await pem(name, 'all', password));
    expect(blocks.map((block) => block.slice(11, 22))).toEqual([
      'PRIVATE KEY',
      ...Array(3).fill('CERTIFICATE'),
    ]);
    const [key = '', leaf = ''] = blocks;
    expect(new X509Certificate(leaf).checkPrivateKey(createPrivateKey(key))).toBe(true);
  });

  test('is refused where the check of integrity fails', async () => {
    const changed = Buffer.from((await stored(name)).toString(), 'base64');
    // Within the check's value: 32 bytes before an empty salt and a count.
    const at = changed.length - 10;
    changed[at] = (changed[at] ?? 0) ^ 1;
    await expect(certificateFile(changed, 'pem', 'all', undefined)).rejects.toMatchObject({
      message: expect.stringContaining('its PKCS#12 container has a password'),
    });
  });
});

test.each<[string, string]>([
  [
    '10a-pem-escaped-newlines.txt',
    'its line breaks are stored as the two characters \\ and n; store the file itself (az keyvault secret set --file <file>)',
  ],
  [
    '10b-base64-of-pem.txt',
    'it is the base64 of PEM text; add encoding: base64 to the item, or store the PEM text itself',
  ],
])('%s is refused with its way out', async (name, message) => {
  await expect(pem(name)).rejects.toMatchObject({ code: 'ObjectContentInvalid', message });
});

test('a container is read in the URL-safe kind of base64 too, with and without padding', async () => {
  const name = '04-pbmac1-go-modern2026-no-password.p12.b64';
  const bytes = Buffer.from((await stored(name)).toString(), 'base64');
  const urlSafe = bytes.toString('base64url');
  const padding = '='.repeat((4 - (urlSafe.length % 4)) % 4);
  for (const text of [urlSafe, `${urlSafe}${padding}\n`]) {
    const file = await certificateFile(Buffer.from(text), 'pem', 'all', undefined);
    expect(Buffer.from(file).toString()).toBe(await pem(name));
    expect(await certificateFile(Buffer.from(text), 'pfx', 'all', undefined)).toEqual(new Uint8Array(bytes));
  }
});

test('headers of RFC 1421 before an unencrypted key are skipped', async () => {
  const name = '11-pem-rfc1421-header.pem';
  const text = (await stored(name)).toString();
  const expected = text.replace('X-Comment: mine\n\n', '');
  const withHeaders = (headers: string) =>
    certificateFile(Buffer.from(text.replace('X-Comment: mine\n\n', headers)), 'pem', 'all', undefined);
  expect(await pem(name)).toBe(expected);
  for (const headers of ['Proc-Type: 4,MIC-CLEAR\r\nContent-Domain: RFC822,\r\n  more\r\n\r\n', 'A: b\n \n'])
    expect(Buffer.from(await withHeaders(headers)).toString()).toBe(expected);
  await expect(withHeaders('Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n')).rejects.toMatchObject({
    message: expect.stringContaining('its private key is encrypted'),
  });
});
