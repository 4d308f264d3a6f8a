import { integer, nullValue, objectIdentifier, octetString, sequence } from '../der.ts';
import { children, contextTag, expectTag, OCTET_STRING, only, readElement, SEQUENCE } from './ber.ts';
import { EC, RSA } from './public-key-info.ts';

/** A private key. */
export interface PrivateKey {
  /** PKCS#8 PrivateKeyInfo (RFC 5958), DER, as stored when it was stored so. */
  readonly pkcs8: Uint8Array;
  /** Hex of what ties it to its certificate in a PKCS#12 container. */
  readonly localKeyId: string | undefined;
}

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
