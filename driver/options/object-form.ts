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
 * the way out; a default that is written out changes nothing.
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

function secretForm(
  { format = 'auto', part = 'all', encoding = 'utf-8', property }: WrittenForm,
  at: string,
  faults: Faults,
): ObjectForm {
  const decodes = [
    ...(encoding === 'utf-8' ? [] : ['encoding']),
    ...(property === undefined ? [] : ['property']),
  ];
  if (format === 'jwk' || format === 'der') {
    const owner = format === 'jwk' ? 'keys' : 'keys and certificates';
    faults.add(
      `${at}.format`,
      `"${format}" is a form of ${owner}; choose raw, pem or pfx for a secret, or set its type`,
    );
  } else if (part !== 'all' && (format === 'raw' || format === 'pfx')) {
    faults.add(
      `${at}.part`,
      `"${part}" is a part of format pem, but the format is ${format}; drop one of them`,
    );
  }
  if (format === 'pem' || format === 'pfx' || part !== 'all') {
    const other = format === 'pem' || format === 'pfx' ? `format ${format}` : `part ${part}`;
    for (const key of decodes) {
      faults.add(
        `${at}.${key}`,
        `does not go with ${other}, which is made of the whole secret behind a certificate; drop one of them`,
      );
    }
  }
  return {
    type: 'secret',
    format: format === 'raw' || format === 'pem' || format === 'pfx' ? format : impliedFormat(part, decodes),
    part,
    encoding,
    property,
  };
}

/** A part is one of the PEM; who decodes the text or picks from it means the text as it is stored. */
function impliedFormat(part: string, decodes: readonly string[]): 'auto' | 'raw' | 'pem' {
  if (part !== 'all') return 'pem';
  return decodes.length > 0 ? 'raw' : 'auto';
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
