import { RestError } from '@azure/core-rest-pipeline';
import { describe, expect, test } from 'vitest';
import { type Answer, ask, FakeVaults, named, readerOf, secret, VERSION } from './testing/fake-vaults.ts';

const signal = new AbortController().signal;
const ID = `https://shop-vault.vault.azure.net/secrets/a/${VERSION}`;

async function messageOf(answer: Answer, ...changes: Parameters<typeof named>): Promise<string> {
  const item = named(...changes);
  const collection = { secret: 'secrets', key: 'keys', cert: 'certificates' }[item.type];
  const version = changes[1]?.version;
  const path = `shop-vault/${collection}/${changes[0].toLowerCase()}${version === undefined ? '' : `/${version}`}`;
  const vaults = new FakeVaults({ [path]: answer });
  return readerOf(vaults)
    .read(await ask(item), signal)
    .then(
      () => 'read',
      ({ code, message }) => `${code}: ${message}`,
    );
}

describe('an answer is not taken', () => {
  test.each<[string, Answer, string]>([
    [
      'from another host',
      [200, { id: ID.replace('shop', 'evil'), value: 'x' }],
      'its answer is about another object',
    ],
    [
      'from another port',
      [200, { id: ID.replace('.net', '.net:444'), value: 'x' }],
      'its answer is about another object',
    ],
    [
      'without TLS',
      [200, { id: ID.replace('https', 'http'), value: 'x' }],
      'its answer is about another object',
    ],
    [
      'of another name',
      [200, { id: ID.replace('/a/', '/b/'), value: 'x' }],
      'its answer is about another object',
    ],
    ['of another type', [200, { id: ID.replace('secrets', 'keys'), value: 'x' }], '(objects[0]) '],
    ['without a version', [200, { id: ID.slice(0, -33), value: 'x' }], 'its answer is about another object'],
    ['without an identifier', [200, { value: 'x' }], 'its answer was not understood'],
    ['without a value', [200, { id: ID }], 'the vault answered without a value'],
    ['whose value is a number', [200, { id: ID, value: 7 }], 'the vault answered without a value'],
    [
      'of a proxy',
      [200, '<html>canary</html>', { 'content-type': 'text/html' }],
      'its answer is text/html, not application/json; a proxy may have answered',
    ],
    ['without a content type', [200, {}, { 'content-type': '' }], 'its answer is no known content type'],
    ['that is no JSON', [200, '{"canary'], 'its answer was not understood'],
    ['that is no object', [200, 'null'], 'its answer was not understood'],
  ])('%s', async (_, answer, expected) => {
    const message = await messageOf(answer, 'a');
    expect(message).toContain(expected);
    expect(message).toMatch(/^VaultFault: secret "a" \(objects\[0\]\) /);
    expect(message).not.toContain('canary');
  });

  test('of another version than was asked for', async () => {
    expect(await messageOf(secret('x'), 'a', { version: 'f'.repeat(32) })).toContain('about another object');
    expect(await messageOf(secret('x'), 'A', { version: VERSION })).toBe('read');
  });
});

describe('an object is not projected', () => {
  test.each<[string, 'secret' | 'key' | 'cert', object, string]>([
    [
      'that is a disabled secret which the service serves',
      'secret',
      { id: '{id}', value: 'canary', attributes: { enabled: false } },
      'ObjectDisabled: secret "a" (objects[0]) of shop-vault.vault.azure.net: it is disabled; enable it in the vault',
    ],
    [
      'that is a disabled key',
      'key',
      { key: { kid: '{id}', kty: 'RSA', n: 'AQID', e: 'AQAB' }, attributes: { enabled: false } },
      'ObjectDisabled: key "a" (objects[0]) of shop-vault.vault.azure.net: it is disabled; enable it in the vault',
    ],
    [
      'that is a disabled certificate',
      'cert',
      { id: '{id}', cer: 'MAMCAQA=', attributes: { enabled: false } },
      'ObjectDisabled: cert "a" (objects[0]) of shop-vault.vault.azure.net: it is disabled; enable it in the vault',
    ],
    [
      'that is a certificate still being issued',
      'cert',
      { id: '{id}', attributes: { enabled: false } },
      'VaultFault: cert "a" (objects[0]) of shop-vault.vault.azure.net: the vault answered without a certificate, which is still pending; complete or renew its issuance in the vault',
    ],
    [
      'that is a symmetric key',
      'key',
      { key: { kid: '{id}', kty: 'oct-HSM' } },
      'ObjectUnsupported: key "a" (objects[0]) of shop-vault.vault.azure.net: it is of type oct-HSM, which has no public key; only RSA and EC keys can be projected',
    ],
  ])('%s', async (_, type, body, expected) => {
    expect(await messageOf([200, body], 'a', { type })).toBe(expected);
  });
});

test('a certificate without a policy is read', async () => {
  expect(await messageOf([200, { id: '{id}', cer: 'MAMCAQA=' }], 'a', { type: 'cert' })).toBe('read');
});

test('a connection cut in the middle of an answer is used again', async () => {
  const cut = new RestError('Error reading response as text: aborted', { code: RestError.PARSE_ERROR });
  const vaults = new FakeVaults({ 'shop-vault/secrets/a': [cut, secret('A')] });
  expect(await readerOf(vaults).read(await ask(named('a')), signal)).toMatchObject([
    [{ content: { value: 'A' } }],
  ]);
});
