import { createHash } from 'node:crypto';
import { BIT_STRING, bits, children, expectTag, INTEGER, readElement, SEQUENCE } from './ber.ts';
import type { Certificate } from './certificate.ts';
import { isEdwards, isEdwardsSignature } from './edwards.ts';
import {
  type Algorithm,
  curveOf,
  EC,
  RSA,
  RSA_PSS,
  readAlgorithm,
  readPublicKeyInfo,
} from './public-key-info.ts';
import { bitsOf, openSignature, readRsaPublicKey } from './rsa.ts';
import { isSignature, numberOf, readPoint } from './weierstrass.ts';

/** What a certificate was signed with, and what was signed. */
interface Signed {
  readonly content: Uint8Array;
  readonly algorithm: Algorithm;
  readonly signature: Uint8Array;
}

/** Hash functions of RSASSA-PKCS1-v1_5 (RFC 8017 appendix A.2.4), with the DigestInfo before the digest. */
const pkcs1Hashes: Readonly<Record<string, readonly [hash: string, prefix: string]>> = {
  '1.2.840.113549.1.1.4': ['md5', '3020300c06082a864886f70d020505000410'],
  '1.2.840.113549.1.1.5': ['sha1', '3021300906052b0e03021a05000414'],
  '1.2.840.113549.1.1.14': ['sha224', '302d300d06096086480165030402040500041c'],
  '1.2.840.113549.1.1.11': ['sha256', '3031300d060960864801650304020105000420'],
  '1.2.840.113549.1.1.12': ['sha384', '3041300d060960864801650304020205000430'],
  '1.2.840.113549.1.1.13': ['sha512', '3051300d060960864801650304020305000440'],
};

/** RFC 5758 section 3.2. */
const ecdsaHashes: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.1': 'sha1',
  '1.2.840.10045.4.3.1': 'sha224',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
};

/** RFC 4055 section 2.1. */
const pssHashes: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** Exponents of keys that are in use have far fewer bits. */
const MAX_EXPONENT_BITS = 64;

/**
 * Whether the key of `authority` signed a certificate: RSA (PKCS#1 v1.5 and PSS), ECDSA, Ed25519 and Ed448.
 * @returns undefined where that cannot be told: an algorithm or curve that is not known here
 */
export function isSignedBy(certificate: Certificate, authority: Certificate): boolean | undefined {
  try {
    return isSignatureOf(signedPartsOf(certificate), authority.publicKeyInfo);
  } catch {
    return undefined;
  }
}

function signedPartsOf({ der }: Certificate): Signed {
  const [content, algorithm, signature] = children(readElement(der, SEQUENCE));
  return {
    content: expectTag(content, SEQUENCE).raw,
    algorithm: readAlgorithm(algorithm),
    signature: bits(expectTag(signature, BIT_STRING)),
  };
}

function isSignatureOf(signed: Signed, publicKeyInfo: Uint8Array): boolean | undefined {
  const { id } = signed.algorithm;
  const { algorithm, key } = readPublicKeyInfo(publicKeyInfo);
  const isRsa = algorithm.id === RSA || algorithm.id === RSA_PSS;
  const pkcs1 = pkcs1Hashes[id];
  if (pkcs1) return isRsa && isPkcs1Signature(signed, key, ...pkcs1);
  if (id === RSA_PSS) return isRsa && isPssSignature(signed, key);
  const ecdsa = ecdsaHashes[id];
  if (ecdsa) return algorithm.id === EC ? isEcdsaSignature(signed, algorithm, key, ecdsa) : false;
  if (!isEdwards(id)) return undefined;
  return algorithm.id === id && isEdwardsSignature(id, key, signed.content, signed.signature);
}

function isPkcs1Signature(
  { content, signature }: Signed,
  key: Uint8Array,
  hash: string,
  prefix: string,
): boolean | undefined {
  const opened = openedWith(key, signature);
  const info = Buffer.concat([Buffer.from(prefix, 'hex'), digestOf(hash, content)]);
  const padding = opened.length - info.length - 3;
  if (padding < 8) return false;
  const frame = [Uint8Array.of(0, 1), Buffer.alloc(padding, 0xff), Uint8Array.of(0), info];
  return Buffer.concat(frame).equals(opened);
}

/** RFC 8017 section 9.1.2. The function that makes masks hashes as the signature does, as in every known certificate. */
function isPssSignature(
  { content, signature, algorithm: { parameters } }: Signed,
  key: Uint8Array,
): boolean | undefined {
  const fields = parameters ? children(expectTag(parameters, SEQUENCE)) : [];
  const hashField = fields.find(({ tag }) => tag === 0xa0);
  const hash = hashField ? pssHashes[readAlgorithm(children(hashField)[0]).id] : 'sha1';
  const saltField = fields.find(({ tag }) => tag === 0xa2);
  const saltLength = saltField ? Number(numberOf(expectTag(children(saltField)[0], INTEGER).content)) : 20;
  if (hash === undefined) return undefined;
  const modulusBits = bitsOf(readRsaPublicKey(key).n);
  const encoded = openedWith(key, signature).subarray(modulusBits % 8 === 1 ? 1 : 0);
  const digest = digestOf(hash, content);
  const masked = encoded.subarray(0, -digest.length - 1);
  const expected = encoded.subarray(masked.length, -1);
  if (encoded.at(-1) !== 0xbc || masked.length < saltLength + 1) return false;
  const mask = maskOf(hash, expected, masked.length);
  const block = Buffer.from(masked.map((byte, index) => byte ^ (mask[index] ?? 0)));
  block[0] = (block[0] ?? 0) & (0xff >> (8 * encoded.length - modulusBits + 1));
  const separator = block.length - saltLength - 1;
  if (block[separator] !== 1 || block.subarray(0, separator).some((byte) => byte !== 0)) return false;
  const salt = block.subarray(separator + 1);
  return digestOf(hash, Buffer.concat([Buffer.alloc(8), digest, salt])).equals(expected);
}

/** MGF1 (RFC 8017 appendix B.2.1). */
function maskOf(hash: string, seed: Uint8Array, size: number): Buffer {
  const blocks: Buffer[] = [];
  for (let length = 0; length < size; length += blocks.at(-1)?.length ?? size) {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(blocks.length, 0);
    blocks.push(digestOf(hash, Buffer.concat([seed, counter])));
  }
  return Buffer.concat(blocks).subarray(0, size);
}

function isEcdsaSignature(
  { content, signature }: Signed,
  algorithm: Algorithm,
  key: Uint8Array,
  hash: string,
): boolean | undefined {
  const curve = curveOf(algorithm);
  const point = curve && readPoint(curve, key);
  if (curve === undefined || point === undefined) return undefined;
  const [r, s] = children(readElement(signature, SEQUENCE)).map((number) =>
    numberOf(expectTag(number, INTEGER).content),
  );
  return r !== undefined && s !== undefined && isSignature(curve, point, digestOf(hash, content), r, s);
}

function openedWith(key: Uint8Array, signature: Uint8Array): Uint8Array {
  const publicKey = readRsaPublicKey(key);
  if (bitsOf(publicKey.e) > MAX_EXPONENT_BITS) throw new RangeError('an exponent that nobody uses');
  return openSignature(publicKey, signature);
}

function digestOf(hash: string, data: Uint8Array): Buffer {
  return createHash(hash).update(data).digest();
}
