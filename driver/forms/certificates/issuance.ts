import { hex } from './ber.ts';
import { type Certificate, isValidAt } from './certificate.ts';
import { isSignedBy } from './signature.ts';

/** Checking a signature takes up to 50 ms. Many are needed only where many authorities have one name. */
const MAX_SIGNATURES = 32;

/** Issuers among some certificates. */
export interface Issuance {
  /** Issuers of a certificate, the best first; none for one that is signed with its own key. */
  readonly issuersOf: (certificate: Certificate) => readonly Certificate[];
  /** Whether a certificate issued another one. */
  readonly hasIssued: (certificate: Certificate) => boolean;
}

/**
 * Finds the issuers of each certificate. The issuer's name decides; where authorities with several keys have it, the
 * key identifier decides, then issuer and serial number in the authority key identifier, then the signature.
 * A certificate has several issuers where one key has several certificates. Of these, those that are not valid now
 * come last, and of two by one issuer the one that is valid longest comes first.
 * @param now milliseconds since 1970
 */
export function issuanceOf(certificates: readonly Certificate[], now: number): Issuance {
  const isSigned = signatureChecks();
  const bySubject = Map.groupBy(certificates, ({ subject }) => subject);
  const issuers = new Map<Certificate, readonly Certificate[]>();
  for (const certificate of certificates) {
    const found = issuersAmong(certificate, bySubject.get(certificate.issuer) ?? [], isSigned);
    issuers.set(certificate, found.includes(certificate) ? [] : bestFirst(found, now));
  }
  const issuing = new Set([...issuers.values()].flat());
  return {
    issuersOf: (certificate) => issuers.get(certificate) ?? [],
    hasIssued: (certificate) => issuing.has(certificate),
  };
}

type CheckSignature = typeof isSignedBy;

/** Only so many are checked; what the others are cannot be told. */
function signatureChecks(): CheckSignature {
  let left = MAX_SIGNATURES;
  return (certificate, authority) => (left-- > 0 ? isSignedBy(certificate, authority) : undefined);
}

/** @param namesakes certificates whose subject is the issuer's name */
function issuersAmong(
  certificate: Certificate,
  namesakes: readonly Certificate[],
  isSigned: CheckSignature,
): readonly Certificate[] {
  const { keyId, issuers, serialNumber } = certificate.authority;
  const byKeyId = withKeyOf(namesakes, ({ subjectKeyId }) => keyId !== undefined && subjectKeyId === keyId);
  const bySerial = withKeyOf(
    byKeyId ?? namesakes,
    (authority) => issuers?.includes(authority.issuer) === true && authority.serialNumber === serialNumber,
  );
  const named = bySerial ?? byKeyId;
  const candidates = named ?? namesakes;
  const keys = [...Map.groupBy(candidates, keyOf).values()];
  if (keys.length === 1 && named) return candidates;
  const isOther = ({ subjectKeyId }: Certificate) => keyId !== undefined && subjectKeyId !== undefined;
  // Without a word of the certificate's own, a single key of that name is taken to be the issuer's.
  if (keys.length === 1 && !candidates.some(isOther)) return candidates;
  const checked = keys.map((ofKey) => ({ ofKey, is: ofKey[0] && isSigned(certificate, ofKey[0]) }));
  const signers = checked.filter(({ is }) => is === true);
  // A key identifier that is another's, and no signature that could be checked: not the issuer.
  const possible = checked.filter(({ is, ofKey }) => is === undefined && !ofKey.some(isOther));
  return (signers.length > 0 ? signers : possible).flatMap(({ ofKey }) => ofKey);
}

/** Finds the certificates that satisfy a condition, and all with the same keys; undefined when none does. */
function withKeyOf(
  certificates: readonly Certificate[],
  condition: (certificate: Certificate) => boolean,
): readonly Certificate[] | undefined {
  const keys = new Set(certificates.filter(condition).map(keyOf));
  return keys.size === 0 ? undefined : certificates.filter((certificate) => keys.has(keyOf(certificate)));
}

function keyOf({ publicKeyInfo }: Certificate): string {
  return hex(publicKeyInfo);
}

function bestFirst(issuers: readonly Certificate[], now: number): Certificate[] {
  const place = (certificate: Certificate) =>
    issuers.findIndex(({ issuer }) => issuer === certificate.issuer);
  const lapsed = (certificate: Certificate) => (isValidAt(certificate, now) ? 0 : 1);
  return issuers.toSorted((a, b) => lapsed(a) - lapsed(b) || place(a) - place(b) || b.notAfter - a.notAfter);
}
