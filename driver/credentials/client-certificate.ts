import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { DriverError } from '../errors.ts';
import type { ClientCredential } from '../options/identity.ts';
import type { ClientCertificate } from './signed-assertion.ts';

type CertificateCredential = Extract<ClientCredential, { kind: 'certificate' }>;

const PRIVATE_KEY = /-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----[\s\S]+?-----END \1-----/g;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * The key and its certificate from the Secret's key `clientcertificate`: PEM with both in any order, or PKCS#12.
 * Other certificates, those of a chain, are passed over.
 * @throws DriverError `OptionsInvalid`, without a word of the content
 */
export async function readClientCertificate({
  bytes,
  password,
}: CertificateCredential): Promise<ClientCertificate> {
  const text = Buffer.from(bytes).toString('latin1');
  const { keys, certificates } = text.includes('-----BEGIN ')
    ? readPem(text, password)
    : await readPfx(bytes, password);
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

function readPem(text: string, password: string | undefined): Material {
  const keys = [...text.matchAll(PRIVATE_KEY)].map(([pem]) => {
    try {
      return createPrivateKey({ key: pem, ...(password === undefined ? {} : { passphrase: password }) });
    } catch (error) {
      if (!/^-----BEGIN ENCRYPTED|^Proc-Type:.*ENCRYPTED/m.test(pem)) {
        throw fault('has a private key that cannot be read', error);
      }
      throw password === undefined
        ? fault(
            'has an encrypted private key; put its password under the key clientcertificatepassword',
            error,
          )
        : fault('has a private key that clientcertificatepassword does not open', error);
    }
  });
  const certificates = [...text.matchAll(CERTIFICATE)].map(([pem]) => toCertificate(pem));
  return { keys, certificates };
}

async function readPfx(bytes: Uint8Array, password: string | undefined): Promise<Material> {
  const { readPkcs12 } = await import('../forms/certificates/pkcs12-read.ts');
  const stored = await readPkcs12(bytes, password).catch((error: unknown) => {
    throw fault(
      `is neither PEM nor a PKCS#12 file that ${password === undefined ? 'opens without the key clientcertificatepassword' : 'clientcertificatepassword opens'}`,
      error,
    );
  });
  return {
    keys: stored.keys.map(({ pkcs8 }) =>
      createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }),
    ),
    certificates: stored.certificates.map(({ der }) => toCertificate(der)),
  };
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
