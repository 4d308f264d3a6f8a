import { expect, test } from 'vitest';
import { type Answers, ask, FakeVaults, named, readerOf, secret, VERSION } from './testing/fake-vaults.ts';

const signal = new AbortController().signal;
const rsa = [200, { key: { kid: '{id}', kty: 'RSA', n: 'AQID', e: 'AQAB' } }] as const;
const cert = [200, { id: '{id}', cer: 'MAMCAQA=' }] as const;
const forbidden = [403, { error: { code: 'Forbidden', innererror: { code: 'AccessDenied' } } }] as const;
const disabled = [403, { error: { code: 'Forbidden', innererror: { code: 'SecretDisabled' } } }] as const;

async function messageOf(answers: Answers, ...changes: Parameters<typeof named>) {
  const vaults = new FakeVaults(answers);
  const error = await readerOf(vaults)
    .read(await ask(named(...changes)), signal)
    .catch((thrown: Error) => thrown);
  return { message: (error as Error).message, requests: vaults.requests.length };
}

test.each<[string, Answers, Parameters<typeof named>, string]>([
  [
    'as a key',
    { 'shop-vault/keys/x': rsa },
    ['x'],
    'does not exist in shop-vault.vault.azure.net, but a key "x" does; set its type to key (HTTP 404, SecretNotFound)',
  ],
  [
    'as a certificate, with the secret and key that belong to it',
    { 'shop-vault/certificates/x': cert, 'shop-vault/keys/x': rsa },
    ['x'],
    'but a certificate "x" does; set its type to cert',
  ],
  ['as a secret', { 'shop-vault/secrets/x': secret('X') }, ['x', { type: 'key' }], 'but a secret "x" does'],
  [
    'as a disabled secret',
    { 'shop-vault/secrets/x': disabled },
    ['x', { type: 'cert' }],
    'but a secret "x" does',
  ],
  [
    'as a key without a form',
    { 'shop-vault/keys/x': [200, { key: { kid: '{id}', kty: 'oct-HSM' } }] },
    ['x'],
    'but a key "x" does',
  ],
  [
    'in other versions',
    { 'shop-vault/secrets/x': secret('X') },
    ['x', { version: VERSION }],
    'but has other versions of secret "x"; check the version, or leave it out for the latest',
  ],
  [
    'nowhere',
    {},
    ['x', { version: VERSION }],
    '; check the name and that its type is really secret; check its version too (HTTP 404',
  ],
  [
    'where it may not be seen',
    { 'shop-vault/keys/x': forbidden, 'shop-vault/certificates/x': forbidden },
    ['x'],
    'shop-vault.vault.azure.net; check the name and that its type is really secret (HTTP 404, SecretNotFound)',
  ],
])('a missing object is there %s', async (_, answers, changes, expected) => {
  const { message, requests } = await messageOf(answers, ...changes);
  expect(message).toContain(expected);
  expect(requests).toBeLessThanOrEqual(4);
});

test('only of some missing objects it is asked what there is instead', async () => {
  const vaults = new FakeVaults({});
  const items = Array.from({ length: 20 }, (_, index) => named(`s${index}`));
  await expect(readerOf(vaults).read(await ask(...items), signal)).rejects.toThrow();
  expect(vaults.requests).toHaveLength(20 + 5 * 2);
});

test('a vault that does not answer the question does not hold up the message for long', async () => {
  const { message } = await messageOf({ 'shop-vault/keys/x': 'hang' }, 'x');
  expect(message).toContain('check the name and that its type');
});
