import {
  BIT_STRING,
  bits,
  children,
  dotted,
  type Element,
  expectTag,
  hex,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
  octets,
  only,
  readElement,
  SEQUENCE,
} from './ber.ts';
import { type Curve, namedCurves } from './curves.ts';
import { type RsaPublicKey, readRsaPublicKey } from './rsa.ts';
import { numberOf, type Point } from './weierstrass.ts';

export const RSA = '1.2.840.113549.1.1.1';
export const RSA_PSS = '1.2.840.113549.1.1.10';
export const EC = '1.2.840.10045.2.1';
const PRIME_FIELD = '1.2.840.10045.1.1';

/** An algorithm with its parameters (RFC 5280 section 4.1.1.2). */
export interface Algorithm {
  readonly id: string;
  readonly parameters: Element | undefined;
}

/** @throws RangeError */
export function readAlgorithm(element: Element | undefined): Algorithm {
  const [id, parameters] = children(expectTag(element, SEQUENCE));
  return { id: dotted(expectTag(id, undefined)), parameters };
}

/** A SubjectPublicKeyInfo (RFC 5280 section 4.1). @throws RangeError */
export function readPublicKeyInfo(der: Uint8Array): { algorithm: Algorithm; key: Uint8Array } {
  const [algorithm, key] = children(readElement(der, SEQUENCE));
  return { algorithm: readAlgorithm(algorithm), key: bits(expectTag(key, BIT_STRING)) };
}

/**
 * A public key in a form that can be compared: however it was written, one key has one form.
 * @throws RangeError when it cannot be read
 */
export function comparablePublicKey(der: Uint8Array): string {
  const { algorithm, key } = readPublicKeyInfo(der);
  switch (algorithm.id) {
    case RSA:
    case RSA_PSS:
      return comparableRsaKey(algorithm.id, readRsaPublicKey(key));
    case EC: {
      const curve = curveOf(algorithm);
      if (curve === undefined) return `EC ${hex(algorithm.parameters?.raw ?? key)} ${hex(key)}`;
      return comparablePoint(curve, pointIn(key));
    }
    default:
      return `${algorithm.id} ${hex(key)}`;
  }
}

/** A plain RSA key and an RSA-PSS key of the same numbers are not one key: openssl starts no server with such a pair. */
export function comparableRsaKey(id: string, { n, e }: RsaPublicKey): string {
  return `${id} ${n} ${e}`;
}

/** Whether y is odd says which of the two points with this x it is. */
export function comparablePoint({ p, a, b }: Curve, { x, y }: Pick<Point, 'x' | 'y'>): string {
  return `EC ${p} ${a} ${b} ${x} ${y % 2n}`;
}

/** The curve of an EC key: one that has a name here, or the one whose parameters the key has (RFC 3279 section 2.3.5). */
export function curveOf({ parameters }: Algorithm): Curve | undefined {
  if (parameters?.tag === OBJECT_IDENTIFIER) return namedCurves[dotted(parameters)];
  if (parameters?.tag !== SEQUENCE) return undefined;
  const [, field, coefficients, base, order] = children(parameters);
  const { id, parameters: prime } = readAlgorithm(field);
  if (id !== PRIME_FIELD) return undefined;
  const [a, b] = children(expectTag(coefficients, SEQUENCE)).map((value) => numberOf(octets(value)));
  const generator = octets(expectTag(base, OCTET_STRING));
  if (prime === undefined || a === undefined || b === undefined || order === undefined) return undefined;
  const curve = { p: numberOf(prime.content), a, b, n: numberOf(order.content) };
  const named = Object.values(namedCurves).find(
    ({ p, n, ...known }) => p === curve.p && n === curve.n && known.a === a && known.b === b,
  );
  // A curve of someone's own may be a weak one, on which anybody computes the secret.
  return named?.x === numberOf(generator.subarray(1, 1 + ((generator.length - 1) >> 1))) ? named : undefined;
}

/** Reads a point. A compressed one has 0 or 1 as `y`, which is enough to compare it (SEC 1 section 2.3.3). */
function pointIn(bytes: Uint8Array): Pick<Point, 'x' | 'y'> {
  const [form = 0] = bytes;
  if (form === 2 || form === 3) return { x: numberOf(bytes.subarray(1)), y: BigInt(form - 2) };
  if (form !== 4 && form !== 6 && form !== 7) throw new RangeError('not a point');
  const size = (bytes.length - 1) >> 1;
  return { x: numberOf(bytes.subarray(1, 1 + size)), y: numberOf(bytes.subarray(1 + size)) };
}

/** The bits of an OPTIONAL `[1]` with a public key, in ECPrivateKey (explicit) and OneAsymmetricKey (implicit). */
export function publicBitsIn(field: Element): Uint8Array {
  return field.tag === 0x81 ? bits(field) : bits(only(field, BIT_STRING));
}
