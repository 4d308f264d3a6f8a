import type { Certificate } from './certificate.ts';
import { type Issuance, issuanceOf } from './issuance.ts';
import { pair } from './pairing.ts';
import type { Bundle, Stored } from './stored.ts';

/**
 * Finds the leaf and its key, and orders the certificates: leaf, its issuer, and so on up; then what is left, each
 * piece of a chain in the same order, pieces in stored order. Nothing is dropped but exact duplicates.
 * @param now milliseconds since 1970: what has expired is taken only where nothing else is there
 * @throws DriverError `ObjectContentInvalid` when there are keys and certificates, but no two of them fit
 */
export function assemble(stored: Stored, now = Date.now()): Bundle {
  const certificates = withoutDuplicates(stored.certificates);
  const issuance = issuanceOf(certificates, now);
  const { key, leaf } = pair({ keys: stored.keys, certificates }, issuance, now);
  return { key, chain: leaf === undefined ? [] : orderFrom(leaf, certificates, issuance) };
}

function orderFrom(
  leaf: Certificate,
  certificates: readonly Certificate[],
  { issuersOf }: Issuance,
): Certificate[] {
  const rest = new Set(certificates);
  const ordered: Certificate[] = [];
  for (let start: Certificate | undefined = leaf; start !== undefined; start = startOf(rest, issuersOf)) {
    for (let next: Certificate | undefined = start; next !== undefined; ) {
      rest.delete(next);
      ordered.push(next);
      next = issuersOf(next).find((issuer) => rest.has(issuer));
    }
  }
  return ordered;
}

/** The start of the next piece: the first that issued none of the rest, or in a circle the first. */
function startOf(rest: ReadonlySet<Certificate>, issuersOf: Issuance['issuersOf']): Certificate | undefined {
  const issuing = new Set([...rest].flatMap(issuersOf));
  const [first] = rest;
  return [...rest].find((certificate) => !issuing.has(certificate)) ?? first;
}

/** Drops exact duplicates; it keeps the copy that a container ties to a key. */
function withoutDuplicates(certificates: readonly Certificate[]): Certificate[] {
  const distinct = new Map<string, Certificate>();
  for (const certificate of certificates) {
    const id = Buffer.from(certificate.der).toString('latin1');
    const known = distinct.get(id);
    if (known === undefined || known.localKeyId === undefined) distinct.set(id, certificate);
  }
  return [...distinct.values()];
}
