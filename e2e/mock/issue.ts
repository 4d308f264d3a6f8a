import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { day } from './seed/identifiers.ts';

x509.cryptoProvider.set(webcrypto as Crypto);

type Algorithm = 'rsa' | 'ec';

/** A certificate with its private key (PKCS#8 PEM); `pair` signs what it issues. */
export interface Issued {
  name: string;
  pem: string;
  der: Buffer;
  keyPem: string;
  pair: webcrypto.CryptoKeyPair;
}

const ALGORITHMS = {
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  },
  ec: { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' },
} as const;

/**
 * Issues a certificate valid for twenty years from 2025, with SubjectKeyIdentifier and AuthorityKeyIdentifier so
 * that a chain can be put in order. Without an issuer it is self-signed.
 */
export async function issue(
  name: string,
  options: {
    algorithm?: Algorithm;
    issuer?: Issued;
    authority?: boolean;
    hosts?: string[];
    /** From and to, in seconds since 1970. */
    validity?: [number, number];
  } = {},
): Promise<Issued> {
  const { algorithm = 'rsa', issuer, authority = false, hosts = [] } = options;
  const [from, to] = options.validity ?? [day(0), day(20 * 365)];
  const pair = await webcrypto.subtle.generateKey(ALGORITHMS[algorithm], true, ['sign', 'verify']);
  const signer = issuer ?? { name, pair };
  const certificate = await x509.X509CertificateGenerator.create({
    subject: name,
    issuer: signer.name,
    notBefore: new Date(from * 1000),
    notAfter: new Date(to * 1000),
    publicKey: pair.publicKey,
    signingKey: signer.pair.privateKey,
    signingAlgorithm: signer.pair.privateKey
      .algorithm as x509.Pkcs10CertificateRequestCreateParams['signingAlgorithm'] & object,
    extensions: [
      new x509.BasicConstraintsExtension(authority, undefined, true),
      new x509.KeyUsagesExtension(
        authority
          ? x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign
          : x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
        true,
      ),
      ...(authority
        ? []
        : [
            new x509.ExtendedKeyUsageExtension([
              x509.ExtendedKeyUsage.serverAuth,
              x509.ExtendedKeyUsage.clientAuth,
            ]),
          ]),
      ...(hosts.length > 0
        ? [
            new x509.SubjectAlternativeNameExtension(
              hosts.map((value) => ({ type: isAddress(value) ? 'ip' : 'dns', value })),
            ),
          ]
        : []),
      await x509.SubjectKeyIdentifierExtension.create(pair.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(signer.pair.publicKey),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', pair.privateKey));
  return {
    name,
    pem: `${certificate.toString('pem').trim()}\n`,
    der: Buffer.from(certificate.rawData),
    keyPem: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY').trim().concat('\n'),
    pair,
  };
}

function isAddress(host: string): boolean {
  return /^[0-9.]+$/.test(host) || host.includes(':');
}
