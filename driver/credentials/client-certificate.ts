import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { DriverError } from '../errors.ts';
import { breatheNowAndThen } from '../forms/breathe.ts';
import type { ClientCredential } from '../options/identity.ts';
import type { Breathe } from '../ports.ts';
import type { ClientCertificate } from './signed-assertion.ts';

type CertificateCredential = Extract<ClientCredential, { kind: 'certificate' }>;

const PRIVATE_KEY = /-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----[\s\S]+?-----END \1-----/g;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * The key and its certificate from the Secret's key `clientcertificate`: PEM with both in any order, or PKCS#12.
 * Other certificates, those of a chain, are passed over.
 * @throws DriverError `OptionsInvalid`, without a word of the content
 */
export async function readClientCertificate(
  { bytes, password }: CertificateCredential,
  breathe: Breathe = breatheNowAndThen(),
): Promise<ClientCertificate> {
  const text = Buffer.from(bytes).toString('latin1');
  const { keys, certificates } = text.includes('-----BEGIN ')
    ? await readPem(text, password, breathe)
    : await readPfx(bytes, password, breathe);
  if (keys.length === 0) throw fault('holds no private key; it must have both key and certificate');
  if (certificates.length === 0) throw fault('holds no certificate; it must have both key and certificate');
  for (const key of keys) {
    const certificate = certificates.find((one) => one.checkPrivateKey(key));
    if (certificate === undefined) continue;
    if (key.asymmetricKeyType !== 'rsa') throw fault('has a key that is not RSA; Entra takes no other');
    return { key, certificate };
  }
  throw fault('holds no certificate of its private key');
}

interface Material {
  readonly keys: readonly KeyObject[];
  readonly certificates: readonly X509Certificate[];
}

async function readPem(text: string, password: string | undefined, breathe: Breathe): Promise<Material> {
  const keys: KeyObject[] = [];
  for (const [pem] of text.matchAll(PRIVATE_KEY)) keys.push(await readKey(pem, password, breathe));
  const certificates = [...text.matchAll(CERTIFICATE)].map(([pem]) => toCertificate(pem));
  return { keys, certificates };
}

async function readKey(pem: string, password: string | undefined, breathe: Breathe): Promise<KeyObject> {
  try {
    if (password !== undefined && pem.startsWith('-----BEGIN ENCRYPTED PRIVATE KEY-----'))
      return await openKey(pem, password, breathe);
    return createPrivateKey({ key: pem, ...(password === undefined ? {} : { passphrase: password }) });
  } catch (error) {
    if (!/^-----BEGIN ENCRYPTED|^Proc-Type:.*ENCRYPTED/m.test(pem)) {
      throw fault('has a private key that cannot be read', error);
    }
    throw password === undefined
      ? fault('has an encrypted private key; put its password under the key clientcertificatepassword', error)
      : fault('has a private key that clientcertificatepassword does not open', error);
  }
}

/**
 * An EncryptedPrivateKeyInfo (RFC 5958 section 3). The runtime would derive its key on this thread, for as long as the
 * file says; this counts the iterations first.
 */
async function openKey(pem: string, password: string, breathe: Breathe): Promise<KeyObject> {
  const [{ children, expectTag, octets, OCTET_STRING, readElement, SEQUENCE }, { Derivations }, { decrypt }] =
    await Promise.all([
      import('../forms/certificates/ber.ts'),
      import('../forms/certificates/derivations.ts'),
      import('../forms/certificates/password-encryption.ts'),
    ]);
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
  const [algorithm, data] = children(readElement(der, SEQUENCE));
  const encrypted = octets(expectTag(data, OCTET_STRING));
  const plain = await decrypt(expectTag(algorithm, SEQUENCE), encrypted, password, new Derivations(breathe));
  return createPrivateKey({ key: Buffer.from(plain ?? []), format: 'der', type: 'pkcs8' });
}

async function readPfx(bytes: Uint8Array, password: string | undefined, breathe: Breathe): Promise<Material> {
  const { readPkcs12 } = await import('../forms/certificates/pkcs12-read.ts');
  const stored = await readPkcs12(bytes, password, breathe).catch((error: unknown) => {
    throw fault(
      `is neither PEM nor a PKCS#12 file that ${password === undefined ? 'opens without the key clientcertificatepassword' : 'clientcertificatepassword opens'}`,
      error,
    );
  });
  return {
    keys: stored.keys.map(({ pkcs8 }) => toKey(pkcs8)),
    certificates: stored.certificates.map(({ der }) => toCertificate(der)),
  };
}

function toKey(pkcs8: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  } catch (error) {
    throw fault('has a private key that cannot be read', error);
  }
}

function toCertificate(encoded: string | Uint8Array): X509Certificate {
  try {
    return new X509Certificate(encoded);
  } catch (error) {
    throw fault('has a certificate that cannot be read', error);
  }
}

function fault(text: string, cause?: unknown): DriverError {
  return new DriverError(
    'OptionsInvalid',
    `the volume's options have 1 fault: secretRef: the Secret's key clientcertificate ${text}`,
    { cause },
  );
}
