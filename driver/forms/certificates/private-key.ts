import { createPrivateKey, createPublicKey } from 'node:crypto';
import { integer, nullValue, objectIdentifier, octetString, sequence } from '../der.ts';
import {
  BIT_STRING,
  bits,
  children,
  contextTag,
  dotted,
  expectTag,
  OCTET_STRING,
  octets,
  only,
  readElement,
  SEQUENCE,
} from './ber.ts';
import { hex, publicKeyBits } from './certificate.ts';

/** A private key. */
export interface PrivateKey {
  /** PKCS#8 PrivateKeyInfo (RFC 5958), DER, as stored when it was stored so. */
  readonly pkcs8: Uint8Array;
  /** Of a PKCS#12 bag: hex of what ties it to its certificate. */
  readonly localKeyId: string | undefined;
}

const RSA = '1.2.840.113549.1.1.1';
const EC = '1.2.840.10045.2.1';
const VERSION_0 = integer(Uint8Array.of(0));

/** @throws RangeError when `bytes` hold no PKCS#8 key */
export function readPrivateKey(bytes: Uint8Array, localKeyId?: string): PrivateKey {
  const whole = readElement(bytes, SEQUENCE);
  const [, algorithm, key] = children(whole);
  expectTag(algorithm, SEQUENCE);
  expectTag(key, OCTET_STRING);
  return { pkcs8: whole.raw, localKeyId };
}

/** PKCS#1 RSAPrivateKey (RFC 8017) in PKCS#8. */
export function fromPkcs1(bytes: Uint8Array): PrivateKey {
  const { raw } = readElement(bytes, SEQUENCE);
  const algorithm = sequence(objectIdentifier(RSA), nullValue);
  return { pkcs8: sequence(VERSION_0, algorithm, octetString(raw)), localKeyId: undefined };
}

/**
 * SEC 1 ECPrivateKey (RFC 5915) in PKCS#8, where the curve stands beside the key instead of in it.
 * @param parameters content of an `EC PARAMETERS` block before it, for a key that does not name its curve
 */
export function fromSec1(bytes: Uint8Array, parameters: Uint8Array | undefined): PrivateKey {
  const fields = children(readElement(bytes, SEQUENCE));
  const [version, secret] = fields;
  const named = fields.find(({ tag }) => tag === contextTag(0));
  const curve = named ? only(named).raw : parameters;
  if (curve === undefined) throw new RangeError('the key does not name its curve');
  const publicKey = fields.find(({ tag }) => tag === contextTag(1));
  const key = sequence(
    expectTag(version, undefined).raw,
    expectTag(secret, OCTET_STRING).raw,
    ...(publicKey ? [publicKey.raw] : []),
  );
  const algorithm = sequence(objectIdentifier(EC), curve);
  return { pkcs8: sequence(VERSION_0, algorithm, octetString(key)), localKeyId: undefined };
}

/**
 * Hex of the public key's BIT STRING, as in a certificate; undefined when it cannot be told, as of a curve that the
 * runtime does not know and a key that leaves its public part out.
 */
export function publicKeyOf({ pkcs8 }: PrivateKey): string | undefined {
  try {
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
    const der = createPublicKey(key).export({ format: 'der', type: 'spki' });
    return publicKeyBits(readElement(der, SEQUENCE));
  } catch {
    // A curve that the runtime does not know, such as P-256K.
  }
  try {
    return publicPointIn(pkcs8);
  } catch {
    return undefined;
  }
}

/** The public point that an EC key may carry. */
function publicPointIn(pkcs8: Uint8Array): string | undefined {
  const [, algorithm, key] = children(readElement(pkcs8, SEQUENCE));
  const [id] = children(expectTag(algorithm, SEQUENCE));
  if (dotted(expectTag(id, undefined)) !== EC) return undefined;
  const fields = children(readElement(octets(expectTag(key, OCTET_STRING)), SEQUENCE));
  const publicKey = fields.find(({ tag }) => tag === contextTag(1));
  return publicKey && hex(bits(only(publicKey, BIT_STRING)));
}
