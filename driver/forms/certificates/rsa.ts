import { children, type Element, expectTag, INTEGER, readElement, SEQUENCE } from './ber.ts';
import { numberOf, power } from './weierstrass.ts';

/** Larger numbers than any key has would keep a mount busy. */
const MAX_BITS = 16_384;
/** The same for a key that lacks its primes, which takes longer to check. */
const MAX_BITS_WITHOUT_PRIMES = 4096;

/** An RSAPublicKey (RFC 8017 appendix A.1.1). */
export interface RsaPublicKey {
  readonly n: bigint;
  readonly e: bigint;
}

/** @throws RangeError when it is not an RSAPublicKey */
export function readRsaPublicKey(bytes: Uint8Array): RsaPublicKey {
  const [n, e] = children(readElement(bytes, SEQUENCE)).map(numberIn);
  return bounded({ n, e });
}

/**
 * The public half of an RSAPrivateKey (RFC 8017 appendix A.1.2), of any number of primes.
 * @returns undefined when its parts do not belong together
 * @throws RangeError when it is not an RSAPrivateKey
 */
export function publicHalfOfRsa(bytes: Uint8Array): RsaPublicKey | undefined {
  const [, n, e, d, p, q, ...others] = children(readElement(bytes, SEQUENCE));
  const key = bounded({ n: n && numberIn(n), e: e && numberIn(e) });
  const secret = numberIn(expectTag(d, INTEGER));
  // Behind the first two primes come two exponents, a coefficient, then the list of the other primes.
  const more = others[3] === undefined ? [] : children(others[3]).map((prime) => children(prime)[0]);
  const primes = [p, q, ...more].map((prime) => numberIn(expectTag(prime, INTEGER)));
  return isWhole(key, secret, primes) ? key : undefined;
}

function isWhole({ n, e }: RsaPublicKey, d: bigint, primes: readonly bigint[]): boolean {
  // Some keys come without their primes: then the secret has to undo what the public half does.
  if (primes.every((prime) => prime === 0n)) {
    if (bitsOf(n) > MAX_BITS_WITHOUT_PRIMES) throw new RangeError('too large without its primes');
    return d < n && power(power(2n, e, n), d, n) === 2n;
  }
  if (primes.some((prime) => prime < 3n) || primes.reduce((product, prime) => product * prime) !== n)
    return false;
  return primes.every((prime) => (e * d) % (prime - 1n) === 1n);
}

/** Undoes a signature. */
export function openSignature({ n, e }: RsaPublicKey, signature: Uint8Array): Uint8Array {
  const size = Math.ceil(bitsOf(n) / 8);
  return Buffer.from(
    power(numberOf(signature), e, n)
      .toString(16)
      .padStart(size * 2, '0'),
    'hex',
  );
}

function numberIn({ tag, content }: Element): bigint {
  if (tag !== INTEGER || (content[0] ?? 0x80) >= 0x80) throw new RangeError('a number was expected');
  return numberOf(content);
}

function bounded({ n, e }: { n: bigint | undefined; e: bigint | undefined }): RsaPublicKey {
  if (n === undefined || e === undefined || n < 3n || e < 2n || bitsOf(n) > MAX_BITS)
    throw new RangeError('not an RSA key');
  return { n, e };
}

export function bitsOf(value: bigint): number {
  return value.toString(2).length;
}
