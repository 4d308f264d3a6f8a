import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import fc from 'fast-check';
import { children, readElement, SEQUENCE } from '../../forms/certificates/ber.ts';
import { readCertificate } from '../../forms/certificates/certificate.ts';
import { certificateFile } from '../../forms/certificates/certificate-file.ts';
import { writePkcs12 } from '../../forms/certificates/pkcs12-write.ts';
import { readPrivateKey } from '../../forms/certificates/private-key.ts';
import { integer, objectIdentifier, octetString, sequence, setOf, tagged } from '../../forms/der.ts';
import { area, CANARY } from './area.ts';
import { nearlyBytes, nearlyText, text } from './hostile.ts';

const certificates = rootCertificates.slice(0, 6).map((pem) => new X509Certificate(pem));
const keyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pkcs8 = keyPair.privateKey.export({ format: 'der', type: 'pkcs8' });
const sec1 = keyPair.privateKey.export({ format: 'pem', type: 'sec1' }).toString();

const DATA = '1.2.840.113549.1.7.1';
const chain = certificates.map(({ raw }) => readCertificate(raw));
const closed = await writePkcs12({ key: readPrivateKey(pkcs8), chain }, '');
const locked = await writePkcs12({ key: readPrivateKey(pkcs8), chain: chain.slice(0, 1) }, CANARY);

/** Without its check of integrity, a change of the container is not found by that. */
function withoutMac(der: Uint8Array): Uint8Array {
  return sequence(
    ...children(readElement(der, SEQUENCE))
      .slice(0, 2)
      .map(({ raw }) => raw),
  );
}

/** Nothing encrypted, so that changes reach the bags. */
function open(): Uint8Array {
  const bag = (id: string, content: Uint8Array) =>
    sequence(
      objectIdentifier(`1.2.840.113549.1.12.10.1.${id}`),
      tagged(0, content),
      setOf(sequence(objectIdentifier('1.2.840.113549.1.9.21'), setOf(octetString(Uint8Array.of(1, 2, 3))))),
    );
  const certificateBags = certificates.map(({ raw }) =>
    bag('3', sequence(objectIdentifier('1.2.840.113549.1.9.22.1'), tagged(0, octetString(raw)))),
  );
  const bags = sequence(bag('1', pkcs8), ...certificateBags, bag('6', sequence(bag('1', pkcs8))));
  const info = (content: Uint8Array) => sequence(objectIdentifier(DATA), tagged(0, octetString(content)));
  return sequence(integer(Uint8Array.of(3)), info(sequence(info(bags))));
}

const form = fc.record({
  format: fc.constantFrom('pem' as const, 'pem' as const, 'pfx' as const),
  part: fc.constantFrom('all' as const, 'key' as const, 'cert' as const, 'chain' as const),
  password: fc.constantFrom(undefined, CANARY, ''),
});

const containers = nearlyBytes(
  open(),
  open(),
  open(),
  withoutMac(closed),
  closed,
  withoutMac(locked),
  locked,
);
export const pkcs12Area = area(
  'PKCS#12',
  fc.tuple(containers, form, fc.boolean()),
  async ([bytes, { format, part, password }, inBase64]) => {
    const stored = inBase64 ? Buffer.from(Buffer.from(bytes).toString('base64')) : bytes;
    await certificateFile(stored, format, part, password);
  },
);

const pemTexts = nearlyText(
  certificates.join('\n'),
  `${certificates[0]}${keyPair.privateKey.export({ format: 'pem', type: 'pkcs8' })}`,
  `${sec1}${certificates[1]}`,
);
const pemOfHostileBytes = fc
  .tuple(
    nearlyBytes(...certificates.map(({ raw }) => raw), pkcs8),
    fc.constantFrom('CERTIFICATE', 'PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PARAMETERS'),
  )
  .map(
    ([bytes, label]) =>
      `-----BEGIN ${label}-----\n${Buffer.from(bytes).toString('base64')}\n-----END ${label}-----\n`,
  );
const pems = fc.oneof(
  { weight: 3, arbitrary: pemTexts },
  {
    weight: 2,
    arbitrary: fc.array(pemOfHostileBytes, { minLength: 1, maxLength: 3 }).map((blocks) => blocks.join('')),
  },
  { weight: 1, arbitrary: text },
);
export const pemArea = area('PEM', fc.tuple(pems, form), async ([pem, { part, password }]) => {
  // As the PEM that it becomes: writing a PKCS#12 container derives keys, which is slow on purpose.
  await certificateFile(Buffer.from(pem), 'pem', part, password);
});
