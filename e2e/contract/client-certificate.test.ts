import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { principalOf } from '../mock/seed.ts';
import { expectPlainSecret, failureOf, requestedBy } from './reading.ts';
import { setScene, volumeOf } from './scene.ts';

const scene = setScene();
const PASSWORD = 'canary~pass word/42';

let directory: string;
/** The application's key and certificate in all sorts of files, made by openssl. */
let files: Readonly<Record<string, Uint8Array>>;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'client-certificate-'));
  const { seed } = scene.azure;
  const [certificate = ''] = principalOf(seed, 'certificate-application').certificates;
  const key = seed.clients.certificateKey;
  writeFileSync(join(directory, 'key'), key);
  writeFileSync(join(directory, 'certificate'), certificate);
  const openssl = async (name: string, ...args: string[]) => {
    await execa('openssl', [...args, '-out', name], { cwd: directory });
    return readFileSync(join(directory, name));
  };
  const pkcs12 = ['pkcs12', '-export', '-inkey', 'key', '-in', 'certificate'];
  const encrypted = await openssl(
    'encrypted',
    'pkcs8',
    '-topk8',
    '-in',
    'key',
    '-passout',
    `pass:${PASSWORD}`,
  );
  const other = await openssl('other', 'genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048');
  files = {
    keyFirst: Buffer.from(`${key}\n${certificate}`),
    certificateFirst: Buffer.from(`# ours\r\n${certificate}${key}`.replaceAll('\n', '\r\n')),
    pkcs1: Buffer.from(`${await openssl('pkcs1', 'rsa', '-in', 'key', '-traditional')}${certificate}`),
    encrypted: Buffer.from(`${encrypted}${certificate}`),
    pfx: await openssl('pfx', ...pkcs12, '-passout', 'pass:'),
    pfxWithPassword: await openssl('pfx-password', ...pkcs12, '-passout', `pass:${PASSWORD}`),
    keyAlone: Buffer.from(key),
    certificateAlone: Buffer.from(certificate),
    foreignKey: Buffer.from(`${other}${certificate}`),
    nonsense: Buffer.from('canary'),
  };
}, 240_000);
afterAll(() => rmSync(directory, { recursive: true }));

function volume(file: string, more: Record<string, string> = {}, options = {}) {
  const { clientId } = principalOf(scene.azure.seed, 'certificate-application');
  const secret = { clientid: clientId, clientcertificate: files[file] ?? '', ...more };
  return volumeOf(scene, `certificate-${file.toLowerCase()}`, { secret, options });
}
const withPassword = { clientcertificatepassword: `${PASSWORD}\n` };

describe('a service principal proves itself by a certificate', () => {
  test.each([
    ['in PEM, key first', 'keyFirst', {}],
    ['in PEM, certificate first, with line ends of another system', 'certificateFirst', {}],
    ['in PEM, with a PKCS#1 key', 'pkcs1', {}],
    ['in PEM, with an encrypted key', 'encrypted', withPassword],
    ['in PKCS#12', 'pfx', {}],
    ['in PKCS#12 with a password', 'pfxWithPassword', withPassword],
  ])('%s', async (_, file, more) => {
    await expectPlainSecret(scene, volume(file, more));
    expect(requestedBy(scene)).toEqual(['entra certificate-application', 'vault certificate-application']);
    expect(scene.azure.counts().byRole).toEqual({ entra: 1, vault: 1 });
  });

  test('also at a regional token endpoint', async () => {
    await expectPlainSecret(scene, volume('keyFirst', {}, { region: 'centralus' }));
    expect(scene.azure.requests()[0]?.host).toBe('centralus.login.microsoft.com');
  });
});

describe('a certificate of no use is refused before anything is asked', () => {
  const key =
    "OptionsInvalid: the volume's options have 1 fault: secretRef: the Secret's key clientcertificate";
  test.each([
    [
      'without its certificate',
      'keyAlone',
      {},
      'holds no certificate; it must have both key and certificate',
    ],
    [
      'without its key',
      'certificateAlone',
      {},
      'holds no private key; it must have both key and certificate',
    ],
    ['with another key', 'foreignKey', {}, 'holds no certificate of its private key'],
    [
      'with an encrypted key and no password',
      'encrypted',
      {},
      'has an encrypted private key; put its password under the key clientcertificatepassword',
    ],
    [
      'with an encrypted key and another password',
      'encrypted',
      { clientcertificatepassword: 'wrong' },
      'has a private key that clientcertificatepassword does not open',
    ],
    [
      'in PKCS#12 without its password',
      'pfxWithPassword',
      {},
      'is neither PEM nor a PKCS#12 file that opens without the key clientcertificatepassword',
    ],
    [
      'in PKCS#12 with another password',
      'pfxWithPassword',
      { clientcertificatepassword: 'wrong' },
      'is neither PEM nor a PKCS#12 file that clientcertificatepassword opens',
    ],
    [
      'that is none',
      'nonsense',
      {},
      'is neither PEM nor a PKCS#12 file that opens without the key clientcertificatepassword',
    ],
  ])('%s', async (_, file, more, text) => {
    expect(await failureOf(scene, volume(file, more))).toBe(`${key} ${text}`);
    expect(scene.azure.requests()).toEqual([]);
  });
});

test('a certificate that the application does not know is named as that', async () => {
  const { clientId } = principalOf(scene.azure.seed, 'reader');
  expect(await failureOf(scene, volume('keyFirst', { clientid: clientId }))).toMatch(
    /^CredentialRejected: .*the application does not know the certificate; upload the public part .*AADSTS700027/,
  );
});
