import { contentFault } from '../content-fault.ts';
import { type Certificate, isIssuedBy } from './certificate.ts';
import { type PrivateKey, publicKeyOf } from './private-key.ts';
import type { Bundle, Stored } from './stored.ts';

/**
 * Finds the leaf and its key, and orders the certificates: leaf, its issuer, and so on up; then what is left, each
 * piece of a chain in the same order, pieces in stored order. Nothing is dropped but exact duplicates.
 * @throws DriverError `ObjectContentInvalid` when there are keys and certificates, but no two of them fit
 */
export function assemble(stored: Stored): Bundle {
  const certificates = withoutDuplicates(stored.certificates);
  const candidates = leavesFirst(certificates);
  const { key, leaf } = pair(stored.keys, candidates);
  return { key, chain: leaf === undefined ? [] : orderFrom(leaf, certificates) };
}

interface Pair {
  readonly key: PrivateKey | undefined;
  readonly leaf: Certificate | undefined;
}

function pair(keys: readonly PrivateKey[], candidates: readonly Certificate[]): Pair {
  const [firstKey] = keys;
  const [firstLeaf] = candidates;
  if (firstKey === undefined || firstLeaf === undefined) return { key: firstKey, leaf: firstLeaf };
  const known = keys.map((key) => ({ key, publicKey: publicKeyOf(key) }));
  for (const leaf of candidates) {
    const match = known.find(({ publicKey }) => publicKey === leaf.publicKey);
    if (match) return { key: match.key, leaf };
  }
  // Left are keys whose public part cannot be told: then the container's own word counts.
  const untold = known.filter(({ publicKey }) => publicKey === undefined).map(({ key }) => key);
  for (const leaf of candidates) {
    const match = untold.find(({ localKeyId }) => localKeyId !== undefined && localKeyId === leaf.localKeyId);
    if (match) return { key: match, leaf };
  }
  const [key] = untold;
  if (key === undefined) {
    throw contentFault('its private key fits none of its certificates; store the two that belong together');
  }
  return { key, leaf: firstLeaf };
}

/** Those that issued no other come first, and of them those that are no authority; else in stored order. */
function leavesFirst(certificates: readonly Certificate[]): Certificate[] {
  const rank = (certificate: Certificate) =>
    (certificates.some((other) => other !== certificate && isIssuedBy(other, certificate)) ? 2 : 0) +
    (certificate.isAuthority ? 1 : 0);
  return certificates
    .map((certificate) => ({ certificate, rank: rank(certificate) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ certificate }) => certificate);
}

function orderFrom(leaf: Certificate, certificates: readonly Certificate[]): Certificate[] {
  const rest = certificates.filter((certificate) => certificate !== leaf);
  const ordered: Certificate[] = [];
  for (let start: Certificate | undefined = leaf; start !== undefined; start = takeStart(rest)) {
    for (let next: Certificate | undefined = start; next !== undefined; next = takeIssuer(next, rest))
      ordered.push(next);
  }
  return ordered;
}

/** The start of the next piece: one that issued none of the rest, or in a circle the first. */
function takeStart(rest: Certificate[]): Certificate | undefined {
  const isStart = (certificate: Certificate) =>
    !rest.some((other) => other !== certificate && isIssuedBy(other, certificate));
  return take(rest, rest.find(isStart) ?? rest[0]);
}

/** Of several issuers (certificates by different roots for one key), one that the key identifier names. */
function takeIssuer(certificate: Certificate, rest: Certificate[]): Certificate | undefined {
  if (certificate.subject === certificate.issuer && isIssuedBy(certificate, certificate)) return undefined;
  const issuers = rest.filter((other) => isIssuedBy(certificate, other));
  return take(rest, issuers.find(({ subjectKeyId }) => subjectKeyId !== undefined) ?? issuers[0]);
}

function take(rest: Certificate[], chosen: Certificate | undefined): Certificate | undefined {
  if (chosen !== undefined) rest.splice(rest.indexOf(chosen), 1);
  return chosen;
}

function withoutDuplicates(certificates: readonly Certificate[]): Certificate[] {
  const same = (a: Certificate, b: Certificate) => Buffer.compare(a.der, b.der) === 0;
  return certificates.filter(
    (certificate, index) => certificates.findIndex((other) => same(other, certificate)) === index,
  );
}
