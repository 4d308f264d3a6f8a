import type { ObjectForm } from '../options/items.ts';
import type { Breathe, PublicKey, VaultObject } from '../ports.ts';
import { breatheNowAndThen } from './breathe.ts';
import type { Opened } from './certificates/certificate-file.ts';
import { decodeText } from './decode-text.ts';
import { type PickProperty, pickerOf } from './json-property.ts';
import { pem } from './pem.ts';
import { publicKeyDer, publicKeyJwk, publicKeyPem } from './public-key.ts';

type KeyForm = Extract<ObjectForm, { type: 'key' }>;
type SecretForm = Extract<ObjectForm, { type: 'secret' }>;
type Secret = Extract<VaultObject, { type: 'secret' }>;

/** Content types that Key Vault gives the secret behind a certificate. */
const CERTIFICATE_TYPES = new Set(['application/x-pkcs12', 'application/x-pem-file']);

/**
 * The bytes of an object's file.
 * @param pfxPassword opens, and closes, PKCS#12 containers; undefined means none
 * @param pick picks a property of a document: of several, all in one pass (json-property.ts)
 * @param opened certificates and containers that other items of the volume have opened
 * @throws DriverError `ObjectContentInvalid` or `ObjectUnsupported`; the message does not name the object
 */
export async function objectBytes(
  object: VaultObject,
  form: ObjectForm,
  pfxPassword: string | undefined,
  pick: PickProperty = pickerOf([]),
  breathe: Breathe = breatheNowAndThen(),
  opened: Opened = new Map(),
): Promise<Uint8Array> {
  if (object.type === 'secret' && form.type === 'secret')
    return secretBytes(object, form, pfxPassword, pick, breathe, opened);
  if (object.type === 'cert' && form.type === 'cert') {
    return form.format === 'der' ? object.der : utf8(pem('CERTIFICATE', object.der));
  }
  if (object.type === 'key' && form.type === 'key') return keyBytes(object.key, form.format);
  throw new RangeError('an object was read as another type than its form has');
}

function keyBytes(key: PublicKey, format: KeyForm['format']): Uint8Array {
  switch (format) {
    case 'pem':
      return utf8(publicKeyPem(key));
    case 'jwk':
      return utf8(publicKeyJwk(key));
    case 'der':
      return publicKeyDer(key);
  }
}

async function secretBytes(
  secret: Secret,
  form: SecretForm,
  pfxPassword: string | undefined,
  pick: PickProperty,
  breathe: Breathe,
  opened: Opened,
): Promise<Uint8Array> {
  const { property, encoding, part } = form;
  const text = property === undefined ? secret.value : await pick(secret.value, property);
  const bytes = decodeText(text, encoding);
  const format = form.format === 'auto' ? (isBehindCertificate(secret) ? 'pem' : 'raw') : form.format;
  if (format === 'raw') return bytes;
  // Most volumes hold no such secret, and shall not pay for what reads them.
  const { certificateFile } = await import('./certificates/certificate-file.ts');
  return certificateFile(bytes, format, part, pfxPassword, breathe, opened);
}

function isBehindCertificate({ contentType }: Secret): boolean {
  return CERTIFICATE_TYPES.has(contentType?.split(';')[0]?.trim().toLowerCase() ?? '');
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
