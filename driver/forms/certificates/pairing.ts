import { contentFault } from '../content-fault.ts';
import { type Certificate, isValidAt } from './certificate.ts';
import type { Issuance } from './issuance.ts';
import type { PrivateKey } from './private-key.ts';
import { publicHalfOf } from './public-half.ts';
import { comparablePublicKey } from './public-key-info.ts';
import type { Stored } from './stored.ts';

interface Pair {
  readonly key: PrivateKey | undefined;
  readonly leaf: Certificate | undefined;
}

/**
 * Finds the private key and the leaf, a certificate that fits it. Without a key the leaf is the certificate that
 * issued no other; without a certificate the first key is taken.
 *
 * Where several certificates fit one key, the first of these rules that decides wins: the one that the container ties to
 * it, one that is valid now, one that issued no other, one of no authority, the one that is valid longest, the first. Where
 * several keys fit: the one whose certificate issued no other and is of no authority, the first.
 * @param now milliseconds since 1970
 * @throws DriverError `ObjectContentInvalid` when there are keys and certificates, but no two of them fit
 */
export function pair({ keys, certificates }: Stored, issuance: Issuance, now: number): Pair {
  const rank = (certificate: Certificate) =>
    (issuance.hasIssued(certificate) ? 2 : 0) + (certificate.isAuthority ? 1 : 0);
  const lapsed = (certificate: Certificate) => (isValidAt(certificate, now) ? 0 : 1);
  if (certificates.length === 0) return { key: keys[0], leaf: undefined };
  if (keys.length === 0) {
    const [leaf] = certificates.toSorted((a, b) => rank(a) - rank(b) || lapsed(a) - lapsed(b));
    return { key: undefined, leaf };
  }
  const halves = keys.map((key) => ({ key, half: publicHalfOf(key) }));
  const pairs = halves.flatMap(({ key, half }) => {
    const untied = ({ localKeyId }: Certificate) =>
      localKeyId !== undefined && localKeyId === key.localKeyId ? 0 : 1;
    const [leaf] = certificates
      .filter((certificate) => 'publicKey' in half && publicKeyOf(certificate) === half.publicKey)
      .sort(
        (a, b) =>
          untied(a) - untied(b) || lapsed(a) - lapsed(b) || rank(a) - rank(b) || b.notAfter - a.notAfter,
      );
    return leaf ? [{ key, leaf }] : [];
  });
  const [best] = pairs.sort((a, b) => rank(a.leaf) - rank(b.leaf));
  if (best) return best;
  const [unsupported] = halves.flatMap(({ half }) => ('unsupported' in half ? [half.unsupported] : []));
  throw contentFault(
    unsupported === undefined
      ? 'its private key fits none of its certificates; store the two that belong together'
      : `its private key is of the kind ${unsupported}, of which this driver cannot tell whether a certificate fits; use format: raw to get the secret as it is`,
  );
}

/** Undefined for a key that nothing can be compared with. */
function publicKeyOf({ publicKeyInfo }: Certificate): string | undefined {
  try {
    return comparablePublicKey(publicKeyInfo);
  } catch {
    return undefined;
  }
}
