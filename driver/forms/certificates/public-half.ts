import { createPrivateKey, createPublicKey } from 'node:crypto';
import { contentFault } from '../content-fault.ts';
import { integer, octetString, sequence } from '../der.ts';
import {
  children,
  contextTag,
  type Element,
  expectTag,
  hex,
  OCTET_STRING,
  octets,
  readElement,
  SEQUENCE,
} from './ber.ts';
import type { Curve } from './curves.ts';
import type { PrivateKey } from './private-key.ts';
import {
  type Algorithm,
  comparablePoint,
  comparablePublicKey,
  comparableRsaKey,
  curveOf,
  EC,
  publicBitsIn,
  RSA,
  RSA_PSS,
  readAlgorithm,
} from './public-key-info.ts';
import { publicHalfOfRsa } from './rsa.ts';
import { numberOf, publicPoint } from './weierstrass.ts';

const ED25519 = '1.3.101.112';
const ED448 = '1.3.101.113';
const VERSION_0 = integer(Uint8Array.of(0));

/** Kinds of keys whose public half this driver does not compute, for messages. */
const names: Readonly<Record<string, string>> = {
  '1.2.840.10040.4.1': 'DSA',
  '1.2.840.10046.2.1': 'DH',
  '1.2.840.113549.1.3.1': 'DH',
  '1.3.101.110': 'X25519',
  '1.3.101.111': 'X448',
  '2.16.840.1.101.3.4.3.17': 'ML-DSA-44',
  '2.16.840.1.101.3.4.3.18': 'ML-DSA-65',
  '2.16.840.1.101.3.4.3.19': 'ML-DSA-87',
  [EC]: 'EC on a curve other than those of NIST and Brainpool and secp256k1',
};

/** The public half of a key in the form of `comparablePublicKey`, or the name of a kind of key that is not supported. */
export type PublicHalf = { readonly publicKey: string } | { readonly unsupported: string };

/**
 * Computes the public half of a private key from its secret. What the key itself, or its container, says of its
 * public half is not trusted: a server would start with a certificate that does not fit.
 * @throws DriverError `ObjectContentInvalid` for a damaged key
 */
export function publicHalfOf({ pkcs8 }: PrivateKey): PublicHalf {
  const [, algorithmField, keyField, ...optional] = children(readElement(pkcs8, SEQUENCE));
  const key = octets(expectTag(keyField, OCTET_STRING));
  let half: PublicHalf;
  try {
    const algorithm = readAlgorithm(algorithmField);
    half = halfOf(algorithm, expectTag(algorithmField, SEQUENCE), key);
    const said = optional.find(({ tag }) => tag === 0x81 || tag === contextTag(1));
    if (said && algorithm.id !== EC && 'publicKey' in half)
      expectSame(half.publicKey, `${algorithm.id} ${hex(publicBitsIn(said))}`);
  } catch {
    throw contentFault(
      'its private key is damaged: its parts do not belong together (openssl pkey -check -noout -in <file>); store it again',
    );
  }
  return half;
}

function halfOf(algorithm: Algorithm, algorithmField: Element, key: Uint8Array): PublicHalf {
  switch (algorithm.id) {
    case RSA:
    case RSA_PSS: {
      const half = publicHalfOfRsa(key);
      if (half === undefined) throw new RangeError('an RSA key whose parts do not fit');
      return { publicKey: comparableRsaKey(algorithm.id, half) };
    }
    case EC: {
      const curve = curveOf(algorithm);
      if (curve === undefined) break;
      return { publicKey: halfOfEcKey(curve, algorithmField, key) };
    }
    case ED25519:
    case ED448:
      return { publicKey: byRuntime(algorithmField, key) };
  }
  return { unsupported: `${names[algorithm.id] ?? 'unknown'} (${algorithm.id})` };
}

/** An ECPrivateKey (RFC 5915). */
function halfOfEcKey(curve: Curve, algorithm: Element, key: Uint8Array): string {
  const fields = children(readElement(key, SEQUENCE));
  const secret = octets(expectTag(fields[1], OCTET_STRING));
  const scalar = numberOf(secret);
  if (scalar < 1n || scalar >= curve.n) throw new RangeError('not a secret of this curve');
  const version1 = integer(Uint8Array.of(1));
  const publicKey = attempt(() => byRuntime(algorithm, sequence(version1, octetString(secret))));
  const half = publicKey ?? pointOf(curve, scalar);
  const said = fields.find(({ tag }) => tag === contextTag(1));
  if (said) {
    const info = sequence(algorithm.raw, expectTag(children(said)[0], undefined).raw);
    expectSame(half, comparablePublicKey(info));
  }
  return half;
}

/** The runtime knows the curves that are common, and computes on them in constant time. */
function byRuntime(algorithm: Element, key: Uint8Array): string {
  const pkcs8 = sequence(VERSION_0, algorithm.raw, octetString(key));
  const parsed = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  return comparablePublicKey(createPublicKey(parsed).export({ format: 'der', type: 'spki' }));
}

function pointOf(curve: Curve, scalar: bigint): string {
  const point = publicPoint(curve, scalar);
  if (point === undefined) throw new RangeError('not a secret of this curve');
  return comparablePoint(curve, point);
}

function attempt<Value>(action: () => Value): Value | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

function expectSame(computed: string, said: string): void {
  if (computed !== said) throw new RangeError('the public half is that of another key');
}
