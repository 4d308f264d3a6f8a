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
import { IterationBudget } from './iteration-budget.ts';
import { decrypt, type Password, unsupported } from './password-encryption.ts';
import { type Digest, derivePkcs12 } from './pkcs12-key.ts';
import { type PrivateKey, readPrivateKey } from './private-key.ts';
import { damaged, type Stored } from './stored.ts';

const DATA = '1.2.840.113549.1.7.1';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const KEY_BAG = '1.2.840.113549.1.12.10.1.1';
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3';
const NESTED_BAG = '1.2.840.113549.1.12.10.1.6';
const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1';
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
 * The keys and certificates of a PKCS#12 container (RFC 7292). An empty password, none at all, and the one given are
 * tried in that order: of a volume's containers, not all need to have it.
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
  const budget = new IterationBudget(breathe);
  const passwords: Password[] = ['', null];
  if (pfxPassword !== undefined) passwords.push(pfxPassword);
  try {
    for (const password of passwords) {
      try {
        return await readWith(der, password, budget);
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

async function readWith(der: Uint8Array, password: Password, budget: IterationBudget): Promise<Stored> {
  const [, contentInfo, macData] = children(readElement(der, SEQUENCE));
  const { type, content } = contentOf(expectTag(contentInfo, SEQUENCE));
  if (type !== DATA) throw unsupported('signed', type);
  const authSafe = octets(content);
  if (macData !== undefined) await verifyMac(macData, authSafe, password, budget);
  const stored: { keys: PrivateKey[]; certificates: Certificate[] } = { keys: [], certificates: [] };
  for (const part of children(readElement(authSafe, SEQUENCE))) {
    const bags = await openSafe(part, password, budget);
    await readBags(bags, password, budget, stored);
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
  budget: IterationBudget,
): Promise<void> {
  const [digestInfo, salt, iterations] = children(macData);
  const [algorithm, expected] = children(expectTag(digestInfo, SEQUENCE));
  const id = dotted(expectTag(children(expectTag(algorithm, SEQUENCE))[0], undefined));
  const digest = digests[id];
  if (digest === undefined) throw unsupported('protected', id);
  const wanted = octets(expectTag(expected, OCTET_STRING));
  const count = iterations === undefined ? 1 : budget.take(iterations);
  const key = await derivePkcs12(
    digest,
    password,
    octets(expectTag(salt, OCTET_STRING)),
    count,
    'mac',
    wanted.length,
    budget.breathe,
  );
  const actual = createHmac(digest, key).update(authSafe).digest();
  if (actual.length !== wanted.length || !timingSafeEqual(actual, wanted)) throw new WrongPassword();
}

/** SafeContents, decrypted where they are encrypted. */
async function openSafe(contentInfo: Element, password: Password, budget: IterationBudget): Promise<Element> {
  const { type, content } = contentOf(contentInfo);
  if (type === DATA) return readElement(octets(content), SEQUENCE);
  if (type !== ENCRYPTED_DATA) throw unsupported('encrypted', type);
  const [, encryptedContentInfo] = children(content);
  const [, algorithm, encrypted] = children(expectTag(encryptedContentInfo, SEQUENCE));
  return decryptElement(algorithm, octets(expectTag(encrypted, undefined)), password, budget);
}

async function decryptElement(
  algorithm: Element | undefined,
  data: Uint8Array,
  password: Password,
  budget: IterationBudget,
): Promise<Element> {
  const plain = await decrypt(expectTag(algorithm, SEQUENCE), data, password, budget);
  // By chance a wrong password leaves valid padding, one time in 256; then the content is no sequence.
  if (plain?.[0] !== SEQUENCE) throw new WrongPassword();
  return readElement(plain);
}

/** Revocation lists and other secrets in a container are not of a certificate's chain, and left out. */
async function readBags(
  safeContents: Element,
  password: Password,
  budget: IterationBudget,
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
          budget,
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
        await readBags(content, password, budget, stored);
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
