import { createPrivateKey, X509Certificate } from 'node:crypto';
import forge from 'node-forge';

const { asn1, pki, pkcs12, util } = forge;

/**
 * The certificate that belongs to the private key of an import: PEM, or base64 of a PKCS#12 without password.
 * @returns DER
 * @throws when there is no key, or no certificate for it
 */
export function leafOf(value: string, pem: boolean): Buffer {
  return pem ? leafOfPem(value) : leafOfPkcs12(value);
}

function leafOfPem(text: string): Buffer {
  const blocks = text.match(/-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----/g) ?? [];
  const keyBlock = blocks.find((block) => block.includes('PRIVATE KEY'));
  if (keyBlock === undefined) throw new Error('no private key');
  const key = createPrivateKey(keyBlock);
  const leaf = blocks
    .filter((block) => block.includes('BEGIN CERTIFICATE'))
    .map((block) => new X509Certificate(block))
    .find((certificate) => certificate.checkPrivateKey(key));
  if (leaf === undefined) throw new Error('no certificate for the private key');
  return leaf.raw;
}

/** By `localKeyId`, which OpenSSL, Windows and the service itself give the key and its certificate. */
function leafOfPkcs12(base64: string): Buffer {
  const file = pkcs12.pkcs12FromAsn1(asn1.fromDer(util.decode64(base64)), '');
  const bags = file.safeContents.flatMap((content) => content.safeBags);
  const keyIds = bags
    .filter((bag) => bag.type === pki.oids['pkcs8ShroudedKeyBag'] || bag.type === pki.oids['keyBag'])
    .flatMap((bag) => (bag.attributes as { localKeyId?: string[] }).localKeyId ?? []);
  const leaf = bags
    .filter((bag) => bag.type === pki.oids['certBag'])
    .find((bag) =>
      (bag.attributes as { localKeyId?: string[] }).localKeyId?.some((id) => keyIds.includes(id)),
    );
  if (leaf === undefined) throw new Error('no certificate has the key’s localKeyId');
  const decoded = leaf.cert ? pki.certificateToAsn1(leaf.cert) : leaf.asn1;
  return Buffer.from(asn1.toDer(decoded).getBytes(), 'binary');
}
