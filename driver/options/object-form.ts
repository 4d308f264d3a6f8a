import type { Faults } from './faults.ts';
import type { ObjectForm, ObjectType } from './items.ts';

/** Every form that some type has. */
export const formats = ['auto', 'raw', 'pem', 'pfx', 'der', 'jwk'] as const;
export const parts = ['all', 'key', 'cert', 'chain'] as const;
export const encodings = ['utf-8', 'base64', 'hex'] as const;

/** What was written of an object's form. */
export interface WrittenForm {
  readonly format?: (typeof formats)[number] | undefined;
  readonly part?: (typeof parts)[number] | undefined;
  readonly encoding?: (typeof encodings)[number] | undefined;
  readonly property?: string | undefined;
}

/**
 * The form of an object's file from what was written of it. Mixes that mean nothing are added to `faults` with
 * the way out; a default that is written out changes nothing. Without a format, a part means PEM, and who decodes
 * the text or picks from it means what comes of that as it is.
 */
export function readForm(type: ObjectType, written: WrittenForm, at: string, faults: Faults): ObjectForm {
  switch (type) {
    case 'secret':
      return secretForm(written, at, faults);
    case 'key': {
      refuseSecretKeys(type, written, at, faults);
      const format = written.format ?? 'auto';
      if (format === 'pem' || format === 'jwk' || format === 'der') return { type, format };
      if (format !== 'auto') {
        faults.add(
          `${at}.format`,
          `"${format}" is no form of a key; choose pem, jwk or der${behind(format)}`,
        );
      }
      return { type, format: 'pem' };
    }
    case 'cert': {
      refuseSecretKeys(type, written, at, faults);
      const format = written.format ?? 'auto';
      if (format === 'pem' || format === 'der') return { type, format };
      if (format !== 'auto') {
        faults.add(
          `${at}.format`,
          `"${format}" is no form of a certificate; choose pem or der${behind(format)}`,
        );
      }
      return { type, format: 'pem' };
    }
    default:
      return type satisfies never;
  }
}

/** The value of `property` is picked first, then decoded by `encoding`, then brought into `format`. */
function secretForm(
  { format = 'auto', part = 'all', encoding = 'utf-8', property }: WrittenForm,
  at: string,
  faults: Faults,
): ObjectForm {
  if (format === 'jwk' || format === 'der') {
    const owner = format === 'jwk' ? 'keys' : 'keys and certificates';
    faults.add(
      `${at}.format`,
      `"${format}" is a form of ${owner}; choose raw, pem or pfx for a secret, or set its type`,
    );
    return { type: 'secret', format: 'auto', part, encoding, property };
  }
  if (part !== 'all' && (format === 'raw' || format === 'pfx')) {
    faults.add(
      `${at}.part`,
      `"${part}" is a part of format pem, but the format is ${format}; drop one of them`,
    );
  }
  if (property !== undefined && format === 'pfx') {
    faults.add(
      `${at}.property`,
      'does not go with format pfx, which is made of a whole secret; for PKCS#12 in base64 within JSON use encoding: base64 instead of the format',
    );
  }
  const isDecoded = encoding !== 'utf-8' || property !== undefined;
  const implied = part !== 'all' ? 'pem' : isDecoded ? 'raw' : 'auto';
  return { type: 'secret', format: format === 'auto' ? implied : format, part, encoding, property };
}

function refuseSecretKeys(type: 'key' | 'cert', written: WrittenForm, at: string, faults: Faults): void {
  for (const key of ['part', 'encoding', 'property'] as const) {
    if (written[key] === undefined) continue;
    const wayOut =
      key === 'part'
        ? "private key and chain are in the secret of the certificate's name: set type: secret"
        : 'drop it, or set type: secret';
    faults.add(`${at}.${key}`, `goes with secrets, but the type is ${type}; ${wayOut}`);
  }
}

/** The private key of a certificate is in the secret of its name, where people look for it last. */
function behind(format: string): string {
  return format === 'pfx'
    ? "; PKCS#12 with the private key is the secret of the certificate's name: set type: secret"
    : '';
}
