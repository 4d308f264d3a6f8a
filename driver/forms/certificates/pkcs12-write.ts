import { createCipheriv, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { Breathe } from '../../ports.ts';
import { breatheNowAndThen } from '../breathe.ts';
import {
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  tagged,
  taggedOctets,
} from '../der.ts';
import { fingerprint } from './certificate.ts';
import { derivePkcs12 } from './pkcs12-key.ts';
import type { Bundle } from './stored.ts';

/** What OpenSSL 3 writes by default; Java, .NET and Windows of the last years read it. */
const ITERATIONS = 2048;

const DATA = '1.2.840.113549.1.7.1';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
/** Oracle's attribute of a certificate that is trusted, and what for (JDK 8 and later, OpenSSL's -jdktrust). */
const TRUSTED_KEY_USAGE = '2.16.840.1.113894.746875.1.1';
const ANY_USAGE = '2.5.29.37.0';

/**
 * A PKCS#12 container (RFC 7292) of a key and its certificates: PBES2 with AES-256 and PBKDF2-HMAC-SHA256, and a
 * SHA-256 MAC. Salts follow from the content, so equal content gives equal bytes and a file that did not change is
 * seen not to have changed.
 * @param password empty for none
 */
export async function writePkcs12(
  { key, chain }: Bundle,
  password: string,
  breathe: Breathe = breatheNowAndThen(),
): Promise<Uint8Array> {
  const seed = createHmac('sha256', key?.pkcs8 ?? '');
  for (const { der } of chain) seed.update(der);
  const salts = seed.digest();
  const saltFor = (use: string, size: number) =>
    createHmac('sha256', salts).update(use).digest().subarray(0, size);
  const encryptFor = (use: string, plain: Uint8Array) =>
    encrypt(plain, password, saltFor(`${use} salt`, 16), saltFor(`${use} iv`, 16));

  const [leaf] = chain;
  const tie = key && leaf ? [setOf(localKeyId(fingerprint(leaf)))] : [];
  // Without a key it is a bundle of authorities: Java takes only those for trusted that the container says are.
  const trust = key ? [] : [setOf(attribute(TRUSTED_KEY_USAGE, objectIdentifier(ANY_USAGE)))];
  const certificateBags = chain.map(({ der }, index) =>
    bag(
      '1.2.840.113549.1.12.10.1.3',
      sequence(objectIdentifier('1.2.840.113549.1.9.22.1'), tagged(0, octetString(der))),
      ...(index === 0 ? tie : []),
      ...trust,
    ),
  );
  const safes: Uint8Array[] = [];
  if (certificateBags.length > 0) {
    const { algorithm, data } = await encryptFor('certificates', sequence(...certificateBags));
    const content = sequence(objectIdentifier(DATA), algorithm, taggedOctets(0, data));
    safes.push(contentInfo(ENCRYPTED_DATA, sequence(number(0), content)));
  }
  if (key) {
    const { algorithm, data } = await encryptFor('key', key.pkcs8);
    const shrouded = bag('1.2.840.113549.1.12.10.1.2', sequence(algorithm, octetString(data)), ...tie);
    safes.push(contentInfo(DATA, octetString(sequence(shrouded))));
  }
  const authSafe = sequence(...safes);
  return sequence(
    number(3),
    contentInfo(DATA, octetString(authSafe)),
    await macData(authSafe, password, saltFor('mac salt', 16), breathe),
  );
}

async function encrypt(plain: Uint8Array, password: string, salt: Uint8Array, iv: Uint8Array) {
  const key = await promisify(pbkdf2)(password, salt, ITERATIONS, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const data = Buffer.concat([cipher.update(plain), cipher.final()]);
  const prf = sequence(objectIdentifier('1.2.840.113549.2.9'), nullValue);
  const derivation = sequence(octetString(salt), number(ITERATIONS), prf);
  const algorithm = sequence(
    objectIdentifier('1.2.840.113549.1.5.13'),
    sequence(
      sequence(objectIdentifier('1.2.840.113549.1.5.12'), derivation),
      sequence(objectIdentifier('2.16.840.1.101.3.4.1.42'), octetString(iv)),
    ),
  );
  return { algorithm, data };
}

async function macData(
  authSafe: Uint8Array,
  password: string,
  salt: Uint8Array,
  breathe: Breathe,
): Promise<Uint8Array> {
  const key = await derivePkcs12('sha256', password, salt, ITERATIONS, 'mac', 32, breathe);
  const mac = createHmac('sha256', key).update(authSafe).digest();
  const digest = sequence(objectIdentifier('2.16.840.1.101.3.4.2.1'), nullValue);
  return sequence(sequence(digest, octetString(mac)), octetString(salt), number(ITERATIONS));
}

function contentInfo(type: string, content: Uint8Array): Uint8Array {
  return sequence(objectIdentifier(type), tagged(0, content));
}

function bag(type: string, content: Uint8Array, ...attributes: Uint8Array[]): Uint8Array {
  return sequence(objectIdentifier(type), tagged(0, content), ...attributes);
}

function localKeyId(id: Uint8Array): Uint8Array {
  return attribute('1.2.840.113549.1.9.21', octetString(id));
}

function attribute(type: string, value: Uint8Array): Uint8Array {
  return sequence(objectIdentifier(type), setOf(value));
}

function number(value: number): Uint8Array {
  return integer(Uint8Array.of(value >> 8, value & 0xff));
}
