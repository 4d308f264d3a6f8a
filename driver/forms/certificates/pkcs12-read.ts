import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Breathe } from '../../ports.ts';
import { breatheNowAndThen } from '../breathe.ts';
import { contentFault } from '../content-fault.ts';
import {
  children,
  contextTag,
  dotted,
  type Element,
  expectTag,
  hex,
  OCTET_STRING,
  octets,
  only,
  readElement,
  SEQUENCE,
  SET,
} from './ber.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { type Derivation, Derivations, digestSizes, iterationsIn, type Password } from './derivations.ts';
import { decrypt, hmacDigest, readPbkdf2, unsupported } from './password-encryption.ts';
import type { Digest } from './pkcs12-key.ts';
import { type PrivateKey, readPrivateKey } from './private-key.ts';
import { damaged, type Stored } from './stored.ts';

const DATA = '1.2.840.113549.1.7.1';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const KEY_BAG = '1.2.840.113549.1.12.10.1.1';
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3';
const NESTED_BAG = '1.2.840.113549.1.12.10.1.6';
const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1';
const PBMAC1 = '1.2.840.113549.1.5.14';
const LOCAL_KEY_ID = '1.2.840.113549.1.9.21';

const digests: Readonly<Record<string, Digest>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** The password was not the right one. */
class WrongPassword extends Error {}

/**
 * The keys and certificates of a PKCS#12 container (RFC 7292). The password that is given, an empty one and none at
 * all are tried in that order: not all containers of a volume need to have the one that is given.
 *
 * Own reading of the container's structure, because libraries that do it give back only RSA keys, and certificates
 * encoded anew.
 * @throws DriverError `ObjectContentInvalid`
 */
export async function readPkcs12(
  der: Uint8Array,
  pfxPassword: string | undefined,
  breathe: Breathe = breatheNowAndThen(),
): Promise<Stored> {
  const derivations = new Derivations(breathe);
  const passwords: Password[] = pfxPassword === undefined ? ['', null] : [pfxPassword, '', null];
  try {
    for (const password of passwords) {
      try {
        return await readWith(der, password, derivations);
      } catch (error) {
        if (!(error instanceof WrongPassword)) throw error;
      }
    }
  } catch (error) {
    throw damaged('its PKCS#12 container', error);
  }
  throw contentFault(
    pfxPassword === undefined
      ? 'its PKCS#12 container has a password; put it under the key pfxpassword into the Secret that secretRef names, or use format: pfx to get the container as it is'
      : 'the key pfxpassword of the Secret that secretRef names is not the password of its PKCS#12 container (and that has one); correct it there',
  );
}

async function readWith(der: Uint8Array, password: Password, derivations: Derivations): Promise<Stored> {
  const [, contentInfo, macData] = children(readElement(der, SEQUENCE));
  const { type, content } = contentOf(expectTag(contentInfo, SEQUENCE));
  if (type !== DATA) throw unsupported('signed', type);
  const authSafe = octets(content);
  if (macData !== undefined) await verifyMac(macData, authSafe, password, derivations);
  const stored: { keys: PrivateKey[]; certificates: Certificate[] } = { keys: [], certificates: [] };
  for (const part of children(readElement(authSafe, SEQUENCE))) {
    const bags = await openSafe(part, password, derivations);
    await readBags(bags, password, derivations, stored);
  }
  return stored;
}

/** ContentInfo of PKCS#7: a type, and content under `[0]`. */
function contentOf(contentInfo: Element): { type: string; content: Element } {
  const [type, content] = children(contentInfo);
  return { type: dotted(expectTag(type, undefined)), content: only(expectTag(content, contextTag(0))) };
}

/** The integrity check, and with it the password's. */
async function verifyMac(
  macData: Element,
  authSafe: Uint8Array,
  password: Password,
  derivations: Derivations,
): Promise<void> {
  const [digestInfo, salt, iterations] = children(macData);
  const [algorithm, expected] = children(expectTag(digestInfo, SEQUENCE));
  const [id, parameters] = children(expectTag(algorithm, SEQUENCE));
  const method = dotted(expectTag(id, undefined));
  const wanted = octets(expectTag(expected, OCTET_STRING));
  const { digest, key } =
    method === PBMAC1
      ? await keyOfPbmac1(expectTag(parameters, SEQUENCE), password, derivations)
      : await keyOfMac(method, salt, iterations, password, derivations);
  const actual = createHmac(digest, key).update(authSafe).digest();
  if (actual.length !== wanted.length || !timingSafeEqual(actual, wanted)) throw new WrongPassword();
}

interface MacKey {
  readonly digest: Digest;
  readonly key: Uint8Array;
}

/** RFC 7292 section 4. Without a count there is one iteration. */
async function keyOfMac(
  method: string,
  salt: Element | undefined,
  iterations: Element | undefined,
  password: Password,
  derivations: Derivations,
): Promise<MacKey> {
  const digest = digests[method];
  if (digest === undefined) throw unsupported('protected', method);
  const derivation: Derivation = {
    digest,
    salt: octets(expectTag(salt, OCTET_STRING)),
    iterations: iterations === undefined ? 1 : iterationsIn(iterations),
    size: digestSizes[digest],
  };
  return { digest, key: await derivations.pkcs12(password, 'mac', derivation) };
}

/** RFC 9579: the salt and the iterations beside it mean nothing, and the length of the key has to be said. */
async function keyOfPbmac1(
  parameters: Element,
  password: Password,
  derivations: Derivations,
): Promise<MacKey> {
  const [derivationField, macField] = children(parameters);
  const derivation = readPbkdf2(derivationField, 'protected');
  if (derivation.size < 1) throw new RangeError('a key without a length');
  return {
    digest: hmacDigest(macField, 'protected'),
    key: await derivations.pbkdf2(password, derivation),
  };
}

/** SafeContents, decrypted where they are encrypted. */
async function openSafe(
  contentInfo: Element,
  password: Password,
  derivations: Derivations,
): Promise<Element> {
  const { type, content } = contentOf(contentInfo);
  if (type === DATA) return readElement(octets(content), SEQUENCE);
  if (type !== ENCRYPTED_DATA) throw unsupported('encrypted', type);
  const [, encryptedContentInfo] = children(content);
  const [, algorithm, encrypted] = children(expectTag(encryptedContentInfo, SEQUENCE));
  return decryptElement(algorithm, octets(expectTag(encrypted, undefined)), password, derivations);
}

async function decryptElement(
  algorithm: Element | undefined,
  data: Uint8Array,
  password: Password,
  derivations: Derivations,
): Promise<Element> {
  const plain = await decrypt(expectTag(algorithm, SEQUENCE), data, password, derivations);
  // By chance a wrong password leaves valid padding, one time in 256; then the content is no sequence.
  const element = plain && sequenceIn(plain);
  if (element === undefined) throw new WrongPassword();
  return element;
}

/** A sequence that is all of some bytes. */
function sequenceIn(bytes: Uint8Array): Element | undefined {
  try {
    const element = readElement(bytes, SEQUENCE);
    return element.raw.length === bytes.length ? element : undefined;
  } catch {
    return undefined;
  }
}

/** Revocation lists and other secrets in a container are not of a certificate's chain, and left out. */
async function readBags(
  safeContents: Element,
  password: Password,
  derivations: Derivations,
  stored: { keys: PrivateKey[]; certificates: Certificate[] },
): Promise<void> {
  for (const bag of children(safeContents)) {
    const [id, value, attributes] = children(bag);
    const localKeyId = localKeyIdIn(attributes);
    const content = only(expectTag(value, contextTag(0)));
    switch (dotted(expectTag(id, undefined))) {
      case KEY_BAG:
        stored.keys.push(readPrivateKey(content.raw, localKeyId));
        break;
      case SHROUDED_KEY_BAG: {
        const [algorithm, data] = children(content);
        const plain = await decryptElement(
          algorithm,
          octets(expectTag(data, OCTET_STRING)),
          password,
          derivations,
        );
        stored.keys.push(readPrivateKey(plain.raw, localKeyId));
        break;
      }
      case CERTIFICATE_BAG: {
        const [kind, certificate] = children(content);
        if (dotted(expectTag(kind, undefined)) !== X509_CERTIFICATE) break;
        stored.certificates.push(
          readCertificate(octets(only(expectTag(certificate, contextTag(0)))), localKeyId),
        );
        break;
      }
      case NESTED_BAG:
        await readBags(content, password, derivations, stored);
        break;
    }
  }
}

function localKeyIdIn(attributes: Element | undefined): string | undefined {
  for (const attribute of attributes ? children(expectTag(attributes, SET)) : []) {
    const [id, values] = children(attribute);
    if (dotted(expectTag(id, undefined)) === LOCAL_KEY_ID) {
      const [value] = children(expectTag(values, SET));
      return value && hex(octets(value));
    }
  }
  return undefined;
}
