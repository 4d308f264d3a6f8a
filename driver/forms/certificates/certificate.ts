import { createHash } from 'node:crypto';
import {
  BIT_STRING,
  bits,
  children,
  contextTag,
  dotted,
  type Element,
  expectTag,
  octets,
  readElement,
  SEQUENCE,
} from './ber.ts';

/** An X.509 certificate with what the order of a chain needs of it (RFC 5280). */
export interface Certificate {
  /** As stored, byte for byte. */
  readonly der: Uint8Array;
  /** Names in a form that can be compared. */
  readonly subject: string;
  readonly issuer: string;
  readonly subjectKeyId: string | undefined;
  readonly authorityKeyId: string | undefined;
  /** Hex of the BIT STRING of its public key. */
  readonly publicKey: string;
  readonly isAuthority: boolean;
  /** Of a PKCS#12 bag: hex of what ties a key to its certificate. */
  readonly localKeyId: string | undefined;
}

const SUBJECT_KEY_ID = '2.5.29.14';
const BASIC_CONSTRAINTS = '2.5.29.19';
const AUTHORITY_KEY_ID = '2.5.29.35';

/** @throws RangeError when `bytes` hold no certificate */
export function readCertificate(bytes: Uint8Array, localKeyId?: string): Certificate {
  const whole = readElement(bytes, SEQUENCE);
  const fields = children(expectTag(children(whole)[0], SEQUENCE));
  // The version is left out of certificates of version 1.
  const [, , issuer, , subject, publicKeyInfo, ...rest] =
    fields[0]?.tag === contextTag(0) ? fields.slice(1) : fields;
  const extensions = extensionsOf(rest.find(({ tag }) => tag === contextTag(3)));
  const constraints = extensions.get(BASIC_CONSTRAINTS);
  return {
    der: whole.raw,
    subject: comparableName(expectTag(subject, SEQUENCE)),
    issuer: comparableName(expectTag(issuer, SEQUENCE)),
    subjectKeyId: optionalHex(extensions.get(SUBJECT_KEY_ID)?.content),
    authorityKeyId: authorityKeyId(extensions.get(AUTHORITY_KEY_ID)),
    publicKey: publicKeyBits(expectTag(publicKeyInfo, SEQUENCE)),
    isAuthority: constraints !== undefined && constraints.content[0] === 0x01 && constraints.content[2] !== 0,
    localKeyId,
  };
}

/** Hex of the BIT STRING of a SubjectPublicKeyInfo. */
export function publicKeyBits(publicKeyInfo: Element): string {
  return hex(bits(expectTag(children(publicKeyInfo)[1], BIT_STRING)));
}

/** Was `certificate` issued by the subject of `authority`? By name, and by key identifiers where both have them. */
export function isIssuedBy(certificate: Certificate, authority: Certificate): boolean {
  if (certificate.issuer !== authority.subject) return false;
  const { authorityKeyId: wanted } = certificate;
  const { subjectKeyId: offered } = authority;
  return wanted === undefined || offered === undefined || wanted === offered;
}

/** SHA-1 of the certificate: what PKCS#12 writers use for a localKeyId. */
export function fingerprint({ der }: Certificate): Uint8Array {
  return createHash('sha1').update(der).digest();
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function optionalHex(bytes: Uint8Array | undefined): string | undefined {
  return bytes && hex(bytes);
}

/** Extension values by object identifier, each as the element in its OCTET STRING. */
function extensionsOf(field: Element | undefined): Map<string, Element> {
  if (field === undefined) return new Map();
  const extensions = children(expectTag(children(field)[0], SEQUENCE));
  return new Map(
    extensions.map((extension) => {
      const [id, ...rest] = children(extension);
      const value = rest.at(-1);
      return [dotted(expectTag(id, undefined)), readElement(octets(expectTag(value, undefined)))];
    }),
  );
}

/** `[0] IMPLICIT keyIdentifier` of AuthorityKeyIdentifier (RFC 5280 section 4.2.1.1). */
function authorityKeyId(value: Element | undefined): string | undefined {
  if (value === undefined) return undefined;
  return optionalHex(children(value).find(({ tag }) => tag === 0x80)?.content);
}

const textOf: Readonly<Record<number, (content: Uint8Array) => string>> = {
  12: utf8, // UTF8String
  19: utf8, // PrintableString
  20: (content) => Buffer.from(content).toString('latin1'), // TeletexString, as everybody reads it
  22: utf8, // IA5String
  26: utf8, // VisibleString
  30: (content) => Buffer.from(content).swap16().toString('utf16le'), // BMPString
};

/** Case, blanks and kind of string do not tell names apart (RFC 5280 section 7.1). */
function comparableName(name: Element): string {
  const parts = children(name).map((set) =>
    children(set).map((attribute) => {
      const [id, value] = children(attribute);
      const { tag, content } = expectTag(value, undefined);
      const text = textOf[tag]?.(content).trim().replace(/\s+/g, ' ').toLowerCase();
      return [dotted(expectTag(id, undefined)), text ?? hex(content)];
    }),
  );
  return JSON.stringify(parts);
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
