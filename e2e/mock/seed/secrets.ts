import { attributesOf, day, versionId } from './identifiers.ts';
import type { SecretVersion } from './schema.ts';

type Fields = {
  contentType?: string;
  tags?: Record<string, string>;
  enabled?: boolean;
  nbf?: number;
  exp?: number;
};

/** Versions of one secret, oldest first; the last is the latest. */
function versions(vault: string, name: string, values: (string | [string, Fields])[]): SecretVersion[] {
  return values.map((entry, index) => {
    const [value, fields] = typeof entry === 'string' ? [entry, {}] : entry;
    return {
      version: versionId(vault, 'secrets', name, index),
      attributes: attributesOf(index, fields),
      ...(fields.tags === undefined ? {} : { tags: fields.tags }),
      value,
      ...(fields.contentType === undefined ? {} : { contentType: fields.contentType }),
    };
  });
}

const everyByte = Buffer.from(Uint8Array.from({ length: 256 }, (_, index) => index));
const json = JSON.stringify(
  { host: 'db.example.test', port: 5432, user: 'app', options: { ssl: true, tags: ['a', 'b'] } },
  null,
  2,
);

const TEST_SECRETS: Record<string, (string | [string, Fields])[]> = {
  plain: ['plain value one', 'plain value two', 'plain value three'],
  'db-password': ['Tr0ub4dor&3', 'correct horse battery staple'],
  'name-with-3-dashes-42': ['dashes and digits'],
  MixedCase: ['mixed case name'],
  multiline: ['first line\nsecond line\n\nfourth line\n'],
  crlf: ['first line\r\nsecond line\r\n'],
  whitespace: ['  leading and trailing blanks\t '],
  'one-char': ['x'],
  'binary-base64': [
    [everyByte.toString('base64'), { contentType: 'application/octet-stream' }],
    [Buffer.from(everyByte).reverse().toString('base64'), { contentType: 'application/octet-stream' }],
  ],
  'binary-hex': [everyByte.toString('hex')],
  'json-document': [[json, { contentType: 'application/json' }]],
  // 25 kB is the service's limit for a secret's value.
  large: [
    Array.from({ length: 400 }, (_, index) =>
      `${String(index).padStart(4, '0')} ${'abcdefghij'.repeat(6)}`.slice(0, 63),
    )
      .join('\n')
      .padEnd(25_600, '.'),
  ],
  'non-ascii': ['Zażółć gęślą jaźń – 密码 – 🔑 – naïve café'],
  disabled: [['never readable', { enabled: false }]],
  'latest-disabled': ['older and readable', ['newer and disabled', { enabled: false }]],
  expired: [['expired long ago', { nbf: day(-400), exp: day(-30) }]],
  'not-yet-valid': [['valid from 2040', { nbf: day(5479) }]],
  tagged: [['with tags', { contentType: 'text/plain', tags: { team: 'payments', 'cost-center': '42' } }]],
};

const OTHER_SECRETS: Record<string, (string | [string, Fields])[]> = {
  plain: ['plain value of the other vault'],
  'other-only': ['only in the other vault'],
};

const FALLBACK_SECRETS: Record<string, (string | [string, Fields])[]> = {
  plain: ['plain value of the fallback vault'],
};

function all(
  vault: string,
  secrets: Record<string, (string | [string, Fields])[]>,
): Record<string, SecretVersion[]> {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, values]) => [name, versions(vault, name, values)]),
  );
}

export const testSecrets = all('testkv', TEST_SECRETS);
export const otherSecrets = all('otherkv', OTHER_SECRETS);
export const fallbackSecrets = all('fallbackkv', FALLBACK_SECRETS);
