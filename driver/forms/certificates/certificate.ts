import { createHash } from 'node:crypto';
import {
  children,
  contextTag,
  dotted,
  type Element,
  expectTag,
  hex,
  INTEGER,
  octets,
  readElement,
  SEQUENCE,
} from './ber.ts';
import { comparableName } from './distinguished-name.ts';

/** An X.509 certificate with what pairing it with a key and ordering a chain need of it (RFC 5280). */
export interface Certificate {
  /** As stored, byte for byte. */
  readonly der: Uint8Array;
  /** Names in a form that can be compared. */
  readonly subject: string;
  readonly issuer: string;
  /** Hex, without leading zeros. */
  readonly serialNumber: string;
  /** Milliseconds since 1970. Where one cannot be read, the certificate was never valid. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKeyInfo: Uint8Array;
  /** Hex. */
  readonly subjectKeyId: string | undefined;
  /** The authority key identifier: it names the issuer's key and certificate. */
  readonly authority: AuthorityKeyId;
  readonly isAuthority: boolean;
  /** Hex of what ties a key to its certificate in a PKCS#12 container. */
  readonly localKeyId: string | undefined;
}

/** AuthorityKeyIdentifier (RFC 5280 section 4.2.1.1), as far as it is there. */
interface AuthorityKeyId {
  /** Hex. */
  readonly keyId?: string | undefined;
  /** Names as in `Certificate`. */
  readonly issuers?: readonly string[] | undefined;
  readonly serialNumber?: string | undefined;
}

const SUBJECT_KEY_ID = '2.5.29.14';
const BASIC_CONSTRAINTS = '2.5.29.19';
const AUTHORITY_KEY_ID = '2.5.29.35';

/**
 * Reads only what the driver needs. All else, such as the values of other extensions, may hold whatever its issuer
 * put there; an extension that is needed and cannot be read counts as missing.
 * @throws RangeError when `bytes` hold no certificate
 */
export function readCertificate(bytes: Uint8Array, localKeyId?: string): Certificate {
  const whole = readElement(bytes, SEQUENCE);
  const fields = children(expectTag(children(whole)[0], SEQUENCE));
  // The version is left out of certificates of version 1.
  const [serialNumber, , issuer, validity, subject, publicKeyInfo, ...rest] =
    fields[0]?.tag === contextTag(0) ? fields.slice(1) : fields;
  const extensions = extensionsOf(rest.find(({ tag }) => tag === contextTag(3)));
  const [notBefore, notAfter] = children(expectTag(validity, SEQUENCE));
  return {
    der: whole.raw,
    subject: comparableName(expectTag(subject, SEQUENCE)),
    issuer: comparableName(expectTag(issuer, SEQUENCE)),
    serialNumber: numberHex(expectTag(serialNumber, INTEGER)),
    notBefore: timeOf(notBefore) ?? Number.POSITIVE_INFINITY,
    notAfter: timeOf(notAfter) ?? Number.NEGATIVE_INFINITY,
    publicKeyInfo: expectTag(publicKeyInfo, SEQUENCE).raw,
    subjectKeyId: extensionValue(extensions, SUBJECT_KEY_ID, (value) => hex(octets(value))),
    authority: extensionValue(extensions, AUTHORITY_KEY_ID, authorityKeyId) ?? {},
    isAuthority: extensionValue(extensions, BASIC_CONSTRAINTS, isOfAuthority) ?? false,
    localKeyId,
  };
}

/** @param now milliseconds since 1970 */
export function isValidAt({ notBefore, notAfter }: Certificate, now: number): boolean {
  return notBefore <= now && now <= notAfter;
}

/** SHA-1 of the certificate: what PKCS#12 writers use for a localKeyId. */
export function fingerprint({ der }: Certificate): Uint8Array {
  return createHash('sha1').update(der).digest();
}

/** The bytes in the OCTET STRING of each extension, by object identifier. */
function extensionsOf(field: Element | undefined): Map<string, Uint8Array> {
  const extensions = new Map<string, Uint8Array>();
  if (field === undefined) return extensions;
  for (const extension of children(expectTag(children(field)[0], SEQUENCE))) {
    const [id, ...rest] = children(extension);
    extensions.set(dotted(expectTag(id, undefined)), octets(expectTag(rest.at(-1), undefined)));
  }
  return extensions;
}

function extensionValue<Value>(
  extensions: ReadonlyMap<string, Uint8Array>,
  id: string,
  read: (value: Element) => Value,
): Value | undefined {
  const bytes = extensions.get(id);
  try {
    return bytes && read(readElement(bytes));
  } catch {
    return undefined;
  }
}

function isOfAuthority(constraints: Element): boolean {
  const [authority] = children(constraints);
  return authority?.tag === 0x01 && authority.content[0] !== 0;
}

/** All three parts have implicit tags; the issuer is the directoryName `[4]` of its GeneralNames. */
function authorityKeyId(value: Element): AuthorityKeyId {
  const parts = children(value);
  const keyId = parts.find(({ tag }) => tag === 0x80);
  const issuer = parts.find(({ tag }) => tag === contextTag(1));
  const serialNumber = parts.find(({ tag }) => tag === 0x82);
  const names = issuer && children(issuer).filter(({ tag }) => tag === contextTag(4));
  return {
    keyId: keyId && hex(keyId.content),
    issuers: names?.map((name) => comparableName(readElement(name.content, SEQUENCE))),
    serialNumber: serialNumber && numberHex(serialNumber),
  };
}

function numberHex({ content }: Element): string {
  return hex(content).replace(/^(?:00)+(?=..)/, '');
}

const TIMES: Readonly<Record<number, RegExp>> = {
  23: /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?Z$/, // UTCTime
  24: /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:\.\d+)?Z$/, // GeneralizedTime
};

/** Milliseconds since 1970; a year of two digits is one from 1950 to 2049 (RFC 5280 section 4.1.2.5.1). */
function timeOf(time: Element | undefined): number | undefined {
  const parts = TIMES[time?.tag ?? 0]?.exec(Buffer.from(time?.content ?? []).toString('latin1'));
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((digits) => Number(digits ?? 0));
  const century = time?.tag === 24 ? 0 : year < 50 ? 2000 : 1900;
  return Date.UTC(century + year, month - 1, day, hour, minute, second);
}
