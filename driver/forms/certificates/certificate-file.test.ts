import forge from 'node-forge';
import { afterAll, describe, expect, test } from 'vitest';
import { octetString, sequence, tagged } from '../der.ts';
import { children, octets, readElement } from './ber.ts';
import { certificateFile } from './certificate-file.ts';
import { blocksOf, type Identity, Workshop } from './testing/openssl.ts';

type Part = Parameters<typeof certificateFile>[2];

const openssl = await Workshop.open();
afterAll(() => openssl.close());

const root = await openssl.certify('/O=Example/CN=Root', await openssl.key('rsa'), undefined, {
  authority: true,
});
const upper = await openssl.certify('/CN=Upper', await openssl.key('P-256'), root, { authority: true });
const lower = await openssl.certify('/CN=Lower', await openssl.key('P-384'), upper, { authority: true });
const leaf = await openssl.certify('/CN=leaf.example', await openssl.key('rsa'), lower);
const ecLeaf = await openssl.certify('/CN=ec.example', await openssl.key('P-256'), lower);
const stranger = await openssl.certify('/CN=stranger.example', await openssl.key('P-256'));

const authorities = [root.certificate, lower.certificate, upper.certificate];
const ordered = [lower, upper, root].map(({ certificate }) => certificate).join('');

async function pem(stored: string | Uint8Array, part: Part = 'all', password?: string): Promise<string> {
  const text = typeof stored === 'string' ? stored : Buffer.from(stored).toString('base64');
  return Buffer.from(await certificateFile(Buffer.from(text), 'pem', part, password)).toString();
}

async function pfx(stored: string | Uint8Array, password?: string): Promise<Uint8Array> {
  const text = typeof stored === 'string' ? stored : Buffer.from(stored).toString('base64');
  return certificateFile(Buffer.from(text), 'pfx', 'all', password);
}

/** What openssl makes of a key of any kind. */
const pkcs8 = (key: string, ...options: string[]) =>
  openssl.text(['pkcs8', '-topk8', '-nocrypt', ...options], key);

describe('a PKCS#12 container, whatever wrote it, gives the key and the chain leaf first', () => {
  test.each<[string, string[]]>([
    ['as OpenSSL 3 writes it (AES-256, SHA-256)', []],
    ['as old ones did (RC2-40 and 3DES, SHA-1)', ['-legacy']],
    ['with 3DES alone', ['-legacy', '-certpbe', 'PBE-SHA1-3DES']],
    ['with 3DES of two keys', ['-legacy', '-certpbe', 'PBE-SHA1-2DES', '-keypbe', 'PBE-SHA1-2DES']],
    ['with RC2-128', ['-legacy', '-certpbe', 'PBE-SHA1-RC2-128']],
    ['with AES-128 and SHA-512', ['-certpbe', 'AES-128-CBC', '-keypbe', 'AES-192-CBC', '-macalg', 'SHA512']],
    ['with PBES2 and 3DES', ['-certpbe', 'DES-EDE3-CBC', '-keypbe', 'DES-EDE3-CBC', '-macalg', 'SHA384']],
    ['without encryption', ['-certpbe', 'NONE', '-keypbe', 'NONE']],
    ['with many rounds', ['-iter', '100000']],
    ['with one round of the MAC', ['-nomaciter']],
  ])('%s', async (_, options) => {
    for (const identity of [leaf, ecLeaf]) {
      const stored = await openssl.pkcs12(identity, authorities, ['-passout', 'pass:', ...options]);
      expect(await pem(stored)).toBe(identity.key + identity.certificate + ordered);
    }
  });

  test.each([
    ['without a MAC and a password', ['-nomac', '-passout', 'pass:'], undefined],
    ['without a MAC, with a password', ['-nomac', '-passout', 'pass:sesame'], 'sesame'],
    ['with a password', ['-passout', 'pass:sesame'], 'sesame'],
    ['with a password, in the old way', ['-legacy', '-passout', 'pass:sesame'], 'sesame'],
    ['with a password of any script', ['-passout', 'pass:sésame鍵😀'], 'sésame鍵😀'],
    ['with a password of any script, in the old way', ['-legacy', '-passout', 'pass:sésame鍵'], 'sésame鍵'],
    ['without a password, although there is one for others', ['-passout', 'pass:'], 'sesame'],
  ])('%s', async (_, options, password) => {
    const stored = await openssl.pkcs12(leaf, authorities, options);
    expect(await pem(stored, 'all', password)).toBe(leaf.key + leaf.certificate + ordered);
  });

  test('of another writer, with a password that is not even empty, and no key id', async () => {
    // Signed with RSA: that library encodes certificates anew, and those signed with EC wrongly.
    const own = await openssl.certify('/CN=own', leaf.key, root);
    const key = forge.pki.privateKeyFromPem(own.key);
    const certificate = forge.pki.certificateFromPem(own.certificate);
    for (const password of [null, '', 'sesame']) {
      const options = { generateLocalKeyId: false, algorithm: '3des' as const };
      const container = forge.pkcs12.toPkcs12Asn1(key, [certificate], password, options);
      const stored = Buffer.from(forge.asn1.toDer(container).getBytes(), 'binary');
      expect(await pem(stored, 'all', 'sesame')).toBe(own.key + own.certificate);
    }
  });

  test('in indefinite lengths and pieces, as some writers stream it', async () => {
    const stored = await openssl.pkcs12(ecLeaf, authorities);
    const [version, contentInfo, macData] = children(readElement(stored));
    if (!version || !contentInfo || !macData) throw new Error('not the expected structure');
    const [type, content] = children(contentInfo);
    if (!type || !content) throw new Error('not the expected structure');
    const safe = octets(readElement(content.content));
    const indefinite = (tag: number, ...parts: Uint8Array[]) =>
      Buffer.concat([Uint8Array.of(tag, 0x80), ...parts, Uint8Array.of(0, 0)]);
    const pieces = [safe.subarray(0, 100), safe.subarray(100, 1000), safe.subarray(1000)].map(octetString);
    const streamed = indefinite(
      0x30,
      version.raw,
      indefinite(0x30, type.raw, indefinite(0xa0, indefinite(0x24, ...pieces))),
      macData.raw,
    );
    expect(await pem(streamed)).toBe(ecLeaf.key + ecLeaf.certificate + ordered);
  });

  test('in the bytes themselves instead of base64, or in base64 of many lines', async () => {
    const stored = await openssl.pkcs12(leaf, authorities);
    const bytes = await certificateFile(stored, 'pem', 'cert', undefined);
    expect(Buffer.from(bytes).toString()).toBe(leaf.certificate);
    const lines = stored.toString('base64').replace(/.{76}/g, '$&\r\n');
    expect(await pem(`${lines}\n`, 'cert')).toBe(leaf.certificate);
  });

  test('without a key: the certificates alone', async () => {
    const stored = await openssl.pkcs12({ certificate: root.certificate }, [
      upper.certificate,
      leaf.certificate,
      lower.certificate,
    ]);
    expect(await pem(stored)).toBe(leaf.certificate + ordered);
  });
});

describe('parts', () => {
  test.each<[Part, string]>([
    ['all', leaf.key + leaf.certificate + ordered],
    ['key', leaf.key],
    ['cert', leaf.certificate],
    ['chain', leaf.certificate + ordered],
  ])('%s', async (part, expected) => {
    expect(await pem(await openssl.pkcs12(leaf, authorities), part)).toBe(expected);
    expect(await pem(leaf.certificate + authorities.join('') + leaf.key, part)).toBe(expected);
  });

  test('openssl takes them for what they are', async () => {
    const stored = await openssl.pkcs12(leaf, authorities);
    const key = await openssl.file(await pem(stored, 'key'));
    expect(await openssl.text(['pkey', '-in', key, '-check', '-noout'])).toContain('Key is valid');
    const chain = await openssl.file(await pem(stored, 'chain'));
    const cert = await openssl.file(await pem(stored, 'cert'));
    const rootFile = await openssl.file(root.certificate);
    expect(await openssl.text(['verify', '-CAfile', rootFile, '-untrusted', chain, cert])).toContain('OK');
    expect(await openssl.text(['x509', '-in', chain, '-noout', '-subject'])).toContain('leaf.example');
  });

  test.each<[Part, string, string]>([
    ['key', leaf.certificate, 'holds no private key'],
    ['cert', leaf.key, 'holds no certificate'],
    ['chain', leaf.key, 'holds no certificate'],
  ])('%s is refused where there is none', async (part, stored, message) => {
    await expect(pem(stored, part)).rejects.toMatchObject({
      code: 'ObjectContentInvalid',
      message: expect.stringContaining(message),
    });
  });

  test('of a key without a certificate, all is the key', async () => {
    expect(await pem(ecLeaf.key)).toBe(ecLeaf.key);
  });
});

describe('PEM text of any kind gives a PKCS#8 key', () => {
  const withParameters = (curve: string) => openssl.text(['ecparam', '-genkey', '-name', curve]);

  test('of a PKCS#1 key', async () => {
    const stored = await openssl.text(['rsa', '-traditional'], leaf.key);
    expect(stored).toContain('BEGIN RSA PRIVATE KEY');
    expect(await pem(stored + leaf.certificate)).toBe(leaf.key + leaf.certificate);
  });

  test.each(['prime256v1', 'secp384r1', 'secp521r1', 'secp256k1'])('of a SEC 1 key on %s', async (curve) => {
    const stored = await withParameters(curve);
    expect(stored).toContain('BEGIN EC PARAMETERS');
    const own = await openssl.certify('/CN=own', await pkcs8(stored));
    expect(await pem(stored + own.certificate)).toBe((await pkcs8(stored)) + own.certificate);
  });

  test('of a SEC 1 key without its public part', async () => {
    const stored = await openssl.text(['ec', '-no_public'], ecLeaf.key);
    const expected = await pkcs8(stored);
    expect(await pem(stranger.certificate + stored + ecLeaf.certificate)).toBe(
      expected + ecLeaf.certificate + stranger.certificate,
    );
  });

  test('with line ends of Windows, and text around the blocks', async () => {
    const stored = await openssl.text(
      ['pkcs12', '-nodes', '-passin', 'pass:'],
      await openssl.pkcs12(leaf, authorities),
    );
    expect(stored).toContain('Bag Attributes');
    const windows = `notes\n${stored}`.replaceAll('\n', '\r\n');
    expect(await pem(windows)).toBe(leaf.key + leaf.certificate + ordered);
  });

  test('of openssl with its own notes in the certificate', async () => {
    const trusted = await openssl.text(['x509', '-trustout', '-setalias', 'x'], leaf.certificate);
    expect(trusted).toContain('TRUSTED CERTIFICATE');
    expect(await pem(leaf.key + trusted)).toBe(leaf.key + leaf.certificate);
  });
});

describe('what cannot be used is refused, with the way out and without its text:', () => {
  const refusal = (text: string) => ({
    code: 'ObjectContentInvalid',
    message: expect.stringContaining(text),
  });
  const garbled = (identity: Identity) => identity.certificate.replace(/.{64}\n.{64}\n/, '');

  test('an encrypted key', async () => {
    const encrypted = await openssl.text(['pkcs8', '-topk8', '-passout', 'pass:x'], leaf.key);
    await expect(pem(encrypted)).rejects.toMatchObject(
      refusal('its private key is encrypted; store it decrypted'),
    );
    const traditional = await openssl.text(
      ['rsa', '-traditional', '-aes128', '-passout', 'pass:x'],
      leaf.key,
    );
    await expect(pem(traditional)).rejects.toMatchObject(refusal('its private key is encrypted'));
  });

  test.each<[string, string, string]>([
    ['plain text', 'canary', 'holds neither PEM blocks nor a PKCS#12 container'],
    ['base64 of something else', Buffer.from('canary').toString('base64'), 'holds neither PEM'],
    [
      'DER of something else',
      Buffer.from(sequence(tagged(0, sequence()))).toString('base64'),
      'holds neither PEM',
    ],
    ['no blocks that count', '-----BEGIN \ncanary', 'one of its PEM blocks has no end'],
    ['a block without an end', leaf.certificate + leaf.key.slice(0, -30), 'one of its PEM blocks has no end'],
    [
      'a block that is no base64',
      leaf.key.replace('M', '*'),
      'its PEM block PRIVATE KEY is not valid base64',
    ],
    ['a block that is cut short', garbled(leaf), 'its PEM block CERTIFICATE is damaged'],
    [
      'a request',
      leaf.key.replaceAll('PRIVATE KEY', 'CERTIFICATE REQUEST'),
      'a PEM block CERTIFICATE REQUEST',
    ],
    ['a key of another certificate', leaf.key + stranger.certificate, 'fits none of its certificates'],
  ])('%s', async (_, stored, message) => {
    await expect(pem(stored)).rejects.toMatchObject(refusal(message));
    await expect(pem(stored)).rejects.toMatchObject({ message: expect.not.stringContaining('canary') });
  });

  test('a container whose password is not known, or wrong', async () => {
    for (const options of [[], ['-legacy'], ['-nomac'], ['-legacy', '-nomac']]) {
      const stored = await openssl.pkcs12(leaf, authorities, ['-passout', 'pass:sesame', ...options]);
      await expect(pem(stored)).rejects.toMatchObject(refusal('put it under the key pfxpassword'));
      await expect(pem(stored, 'all', 'canary')).rejects.toMatchObject(
        refusal('the key pfxpassword of the Secret'),
      );
      await expect(pem(stored, 'all', 'canary')).rejects.toMatchObject({
        message: expect.not.stringContaining('canary'),
      });
    }
  });

  test('a container that is cut short or empty', async () => {
    const stored = await openssl.pkcs12(leaf, authorities);
    await expect(pem(stored.subarray(0, 1000))).rejects.toMatchObject(refusal('holds neither PEM'));
    const [version] = children(readElement(stored));
    const hollow = sequence(version?.raw ?? Uint8Array.of());
    await expect(pem(hollow)).rejects.toMatchObject(refusal('its PKCS#12 container is damaged'));
  });

  test('a container with an encryption that nobody uses', async () => {
    const stored = await openssl.pkcs12(leaf, [], ['-passout', 'pass:', '-certpbe', 'CAMELLIA-256-CBC']);
    await expect(pem(stored)).rejects.toMatchObject(refusal('(1.2.392.200011.61.1.1.1.4)'));
  });

  test('bytes of a container changed anywhere: refused or harmless, but never a crash', async () => {
    const stored = await openssl.pkcs12(ecLeaf, [], ['-passout', 'pass:', '-nomac']);
    for (let index = 0; index < stored.length; index += 7) {
      const changed = Buffer.from(stored);
      changed[index] = (changed[index] ?? 0) ^ 0x55;
      const outcome = await pem(changed).catch((error: unknown) => error);
      if (typeof outcome !== 'string') expect(outcome).toMatchObject({ code: 'ObjectContentInvalid' });
    }
  });
});

describe('format pfx', () => {
  test('is a stored container as it is, without opening it', async () => {
    const stored = await openssl.pkcs12(leaf, authorities, ['-passout', 'pass:sesame']);
    expect(Buffer.compare(await pfx(stored), stored)).toBe(0);
  });

  test.each([
    ['without a password', undefined],
    ['with pfxpassword', 'sésame'],
  ])('is made from PEM %s, and openssl opens it', async (_, password) => {
    for (const identity of [leaf, ecLeaf]) {
      const stored = authorities.join('') + identity.certificate + identity.key;
      const container = await pfx(stored, password);
      const open = ['pkcs12', '-nodes', '-passin', `pass:${password ?? ''}`];
      const read = await openssl.text(open, container);
      expect(blocksOf(read).filter((block) => block.includes('PRIVATE KEY'))).toEqual([identity.key]);
      expect(blocksOf(read).filter((block) => block.includes('CERTIFICATE'))).toEqual(
        blocksOf(identity.certificate + ordered),
      );
      const client = await openssl.text([...open, '-clcerts', '-nokeys'], container);
      expect(blocksOf(client)).toEqual([identity.certificate]);
      expect(await pem(container, 'all', password)).toBe(identity.key + identity.certificate + ordered);
    }
  });

  test('is the same for the same content', async () => {
    const [once, again] = [await pfx(leaf.key + leaf.certificate), await pfx(leaf.certificate + leaf.key)];
    expect(Buffer.compare(once, again)).toBe(0);
    expect(Buffer.compare(once, await pfx(ecLeaf.key + ecLeaf.certificate))).not.toBe(0);
  });

  test('of certificates without a key, and of a key without certificates', async () => {
    const open = ['pkcs12', '-nodes', '-passin', 'pass:'];
    const certificates = await openssl.text(open, await pfx(authorities.join('')));
    expect(blocksOf(certificates)).toEqual(blocksOf(ordered));
    expect(blocksOf(await openssl.text(open, await pfx(leaf.key)))).toEqual([leaf.key]);
  });
});
