import type { ObjectForm } from '../../options/items.ts';
import type { Breathe } from '../../ports.ts';
import { fromBase64 } from '../base64.ts';
import { breatheNowAndThen } from '../breathe.ts';
import { contentFault } from '../content-fault.ts';
import { pem } from '../pem.ts';
import { readElement, SEQUENCE } from './ber.ts';
import { assemble } from './chain.ts';
import { readPem } from './pem-blocks.ts';
import { readPkcs12 } from './pkcs12-read.ts';
import { writePkcs12 } from './pkcs12-write.ts';
import type { Bundle } from './stored.ts';

type Part = Extract<ObjectForm, { type: 'secret' }>['part'];

/** Containers that were opened already, by their stored bytes, as opening one takes up to seconds. For one volume and its password. */
export type Opened = Map<string, Promise<Bundle>>;

/**
 * The file of a secret that holds a certificate with its key: PEM text, or a PKCS#12 container (in base64 of
 * either alphabet, or its bytes). The content decides which: not all who store such secrets set their content type.
 * @param part of `pem`: the key (PKCS#8), `cert` the leaf alone, `chain` the leaf and all above it, `all` key and chain
 * @param opened what was opened for other items of the volume; this one is added
 * @throws DriverError `ObjectContentInvalid`
 */
export async function certificateFile(
  bytes: Uint8Array,
  format: 'pem' | 'pfx',
  part: Part,
  pfxPassword: string | undefined,
  breathe: Breathe = breatheNowAndThen(),
  opened: Opened = new Map(),
): Promise<Uint8Array> {
  const text = new TextDecoder().decode(bytes);
  const isPem = text.includes('-----BEGIN ');
  const pkcs12 = isPem ? undefined : containerIn(bytes, text);
  if (!isPem && pkcs12 === undefined) {
    if (isBase64OfPem(text)) {
      throw contentFault(
        'it is the base64 of PEM text; add encoding: base64 to the item, or store the PEM text itself',
      );
    }
    throw contentFault(
      `it holds neither PEM blocks nor a PKCS#12 container in base64, which format: ${format} needs; use format: raw`,
    );
  }
  if (pkcs12 !== undefined && format === 'pfx') return pkcs12;
  const bundle = await once(opened, bytes, async () =>
    assemble(pkcs12 === undefined ? readPem(text) : await readPkcs12(pkcs12, pfxPassword, breathe)),
  );
  if (bundle.key === undefined && bundle.chain.length === 0)
    throw contentFault('it holds neither a private key nor a certificate; use format: raw');
  if (format === 'pfx') return writePkcs12(bundle, pfxPassword ?? '', breathe);
  return new TextEncoder().encode(pemOf(bundle, part));
}

function once(opened: Opened, bytes: Uint8Array, open: () => Promise<Bundle>): Promise<Bundle> {
  const id = Buffer.from(bytes).toString('latin1');
  const bundle = opened.get(id) ?? open();
  opened.set(id, bundle);
  return bundle;
}

function pemOf(bundle: Bundle, part: Part): string {
  switch (part) {
    case 'all':
      return (bundle.key ? keyPem(bundle) : '') + chainPem(bundle);
    case 'key':
      return keyPem(bundle);
    case 'cert':
      return chainPem({ ...bundle, chain: bundle.chain.slice(0, 1) }, part);
    case 'chain':
      return chainPem(bundle, part);
  }
}

function keyPem({ key }: Bundle): string {
  if (key === undefined) {
    throw contentFault(
      'it holds no private key, which part: key needs; is the key of the certificate exportable in the vault?',
    );
  }
  return pem('PRIVATE KEY', key.pkcs8);
}

function chainPem({ chain }: Bundle, part?: Part): string {
  if (part !== undefined && chain.length === 0)
    throw contentFault(`it holds no certificate, which part: ${part} needs`);
  return chain.map(({ der }) => pem('CERTIFICATE', der)).join('');
}

function isBase64OfPem(text: string): boolean {
  const decoded = fromBase64(text.replace(/[ \t]/g, ''));
  return decoded !== undefined && new TextDecoder().decode(decoded).includes('-----BEGIN ');
}

/** Some tools write the URL-safe kind of base64 (RFC 4648 section 5), with or without padding. */
function fromAnyBase64(text: string): Uint8Array | undefined {
  const digits = text
    .replace(/\s|=+\s*$/g, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/');
  return fromBase64(digits.padEnd(4 * Math.ceil(digits.length / 4), '='));
}

/** A PKCS#12 container starts with a sequence that starts with the version, 3. */
function containerIn(bytes: Uint8Array, text: string): Uint8Array | undefined {
  const der = bytes[0] === SEQUENCE ? bytes : fromAnyBase64(text);
  if (der === undefined) return undefined;
  try {
    const { content } = readElement(der, SEQUENCE);
    return content[0] === 0x02 && content[1] === 0x01 && content[2] === 0x03 ? der : undefined;
  } catch {
    return undefined;
  }
}
