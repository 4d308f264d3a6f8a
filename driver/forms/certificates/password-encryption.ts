import { createDecipheriv } from 'node:crypto';
import { contentFault } from '../content-fault.ts';
import {
  children,
  dotted,
  type Element,
  expectTag,
  INTEGER,
  OCTET_STRING,
  octets,
  SEQUENCE,
  smallInteger,
} from './ber.ts';
import { type Derivation, type Derivations, iterationsIn, type Password } from './derivations.ts';
import type { Digest } from './pkcs12-key.ts';
import { decryptRc2 } from './rc2.ts';

const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';

/** RFC 7292 appendix C; `bytes` is the length of the key. */
const pkcs12Schemes: Readonly<Record<string, { cipher: 'des-ede3-cbc' | 'rc2'; bytes: number }>> = {
  '1.2.840.113549.1.12.1.3': { cipher: 'des-ede3-cbc', bytes: 24 },
  '1.2.840.113549.1.12.1.4': { cipher: 'des-ede3-cbc', bytes: 16 },
  '1.2.840.113549.1.12.1.5': { cipher: 'rc2', bytes: 16 },
  '1.2.840.113549.1.12.1.6': { cipher: 'rc2', bytes: 5 },
};

/** RFC 8018 appendix B.2, RFC 3565. */
const pbes2Ciphers: Readonly<Record<string, { cipher: string; bytes: number }>> = {
  '1.2.840.113549.3.7': { cipher: 'des-ede3-cbc', bytes: 24 },
  '2.16.840.1.101.3.4.1.2': { cipher: 'aes-128-cbc', bytes: 16 },
  '2.16.840.1.101.3.4.1.22': { cipher: 'aes-192-cbc', bytes: 24 },
  '2.16.840.1.101.3.4.1.42': { cipher: 'aes-256-cbc', bytes: 32 },
};

/** RFC 8018 appendix B.1. */
const pseudoRandomFunctions: Readonly<Record<string, Digest>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};

/**
 * Decrypts what an AlgorithmIdentifier with a password says: PBES2 (PBKDF2 with AES or 3DES), and PKCS#12's own
 * schemes with 3DES or RC2.
 * @returns undefined when the password is wrong, as far as padding can tell
 * @throws DriverError `ObjectContentInvalid` for another algorithm
 */
export async function decrypt(
  algorithm: Element,
  data: Uint8Array,
  password: Password,
  derivations: Derivations,
): Promise<Uint8Array | undefined> {
  const [id, parameters] = children(expectTag(algorithm, SEQUENCE));
  const scheme = dotted(expectTag(id, undefined));
  const fields = children(expectTag(parameters, SEQUENCE));
  if (scheme === PBES2) return decryptPbes2(fields, data, password, derivations);
  const pkcs12 = pkcs12Schemes[scheme];
  if (pkcs12 === undefined) throw unsupported('encrypted', scheme);
  const digest = 'sha1';
  const salt = octets(expectTag(fields[0], OCTET_STRING));
  const iterations = iterationsIn(fields[1]);
  const key = await derivations.pkcs12(password, 'key', { digest, salt, iterations, size: pkcs12.bytes });
  const iv = await derivations.pkcs12(password, 'iv', { digest, salt, iterations, size: 8 });
  if (pkcs12.cipher === 'rc2') return decryptRc2(key, iv, data);
  // Two keys are three whose last is the first.
  const threeKeys = Buffer.concat([key, key.subarray(0, 24 - key.length)]);
  return decryptBlocks(pkcs12.cipher, threeKeys, iv, data);
}

export function unsupported(how: string, algorithm: string): Error {
  return contentFault(
    `its PKCS#12 container is ${how} with an algorithm that this driver does not know (${algorithm}); export it again (openssl pkcs12), or use format: pfx to get it as it is`,
  );
}

async function decryptPbes2(
  fields: Element[],
  data: Uint8Array,
  password: Password,
  derivations: Derivations,
): Promise<Uint8Array | undefined> {
  const [derivation, encryption] = fields;
  const [encryptionId, iv] = children(expectTag(encryption, SEQUENCE));
  const encryptionScheme = dotted(expectTag(encryptionId, undefined));
  const cipher = pbes2Ciphers[encryptionScheme];
  if (cipher === undefined) throw unsupported('encrypted', encryptionScheme);
  const { size: _, ...parameters } = readPbkdf2(derivation, 'encrypted');
  const key = await derivations.pbkdf2(password, { ...parameters, size: cipher.bytes });
  return decryptBlocks(cipher.cipher, key, octets(expectTag(iv, OCTET_STRING)), data);
}

/**
 * The parameters of PBKDF2 (RFC 8018 appendix A.2).
 * @param how what the key is for, in messages
 * @returns `size` is 0 where the length of the key is left to its use
 * @throws DriverError `ObjectContentInvalid` for another function
 */
export function readPbkdf2(algorithm: Element | undefined, how: string): Derivation {
  const [id, parameters] = children(expectTag(algorithm, SEQUENCE));
  const scheme = dotted(expectTag(id, undefined));
  if (scheme !== PBKDF2) throw unsupported(how, scheme);
  const [salt, iterations, ...options] = children(expectTag(parameters, SEQUENCE));
  const size = options.find(({ tag }) => tag === INTEGER);
  const prf = options.find(({ tag }) => tag === SEQUENCE);
  return {
    digest: prf === undefined ? 'sha1' : hmacDigest(prf, how),
    salt: octets(expectTag(salt, OCTET_STRING)),
    iterations: iterationsIn(iterations),
    size: size === undefined ? 0 : smallInteger(size),
  };
}

/** The hash function of an HMAC. @throws DriverError `ObjectContentInvalid` for another algorithm */
export function hmacDigest(algorithm: Element | undefined, how: string): Digest {
  const id = dotted(expectTag(children(expectTag(algorithm, SEQUENCE))[0], undefined));
  const digest = pseudoRandomFunctions[id];
  if (digest === undefined) throw unsupported(how, id);
  return digest;
}

function decryptBlocks(
  cipher: string,
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
): Uint8Array | undefined {
  const decipher = createDecipheriv(cipher, key, iv);
  try {
    return Buffer.concat([decipher.update(data), decipher.final()]);
  } catch {
    return undefined;
  }
}
