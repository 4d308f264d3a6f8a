import { describe, expect, test } from 'vitest';
import { ask, FakeVaults, named, readerOf, secret } from './testing/fake-vaults.ts';

const signal = new AbortController().signal;
const throttled = { error: { code: 'Throttled' } };

async function read(vaults: FakeVaults, options: Parameters<typeof readerOf>[1] = {}) {
  const begun = performance.now();
  const outcome = await readerOf(vaults, options)
    .read(await ask(named('a')), signal)
    .then(
      () => 'read',
      ({ code, message }) => `${code}: ${message}`,
    );
  return { outcome, milliseconds: performance.now() - begun };
}

describe('a vault that throttles', () => {
  test.each<[string, Record<string, string>, number]>([
    ['is asked again after the seconds it says', { 'retry-after': '1' }, 950],
    ['is asked again at the date it says', { 'retry-after': new Date(Date.now() - 5000).toUTCString() }, 0],
    ['is asked again after a second when it says nothing', {}, 700],
    ['is asked again after a second when it says nonsense', { 'retry-after': 'soon' }, 700],
  ])('%s', async (_, headers, least) => {
    const vaults = new FakeVaults({ 'shop-vault/secrets/a': [[429, throttled, headers], secret('A')] });
    const { outcome, milliseconds } = await read(vaults);
    expect(outcome).toBe('read');
    expect(milliseconds).toBeGreaterThan(least);
  });

  test.each<[string, Record<string, string>, string]>([
    ['by seconds', { 'retry-after': '120' }, 'up to 2 minutes'],
    ['by fewer seconds than there is time', { 'retry-after': '40' }, 'up to 1 minute'],
    ['by date', { 'retry-after': new Date(Date.now() + 300_000).toUTCString() }, 'up to 5 minutes'],
  ])('for longer than a mount waits, %s, fails at once and says so', async (_, headers, asked) => {
    const vaults = new FakeVaults({ 'shop-vault/secrets/a': [429, throttled, headers] });
    const { outcome } = await read(vaults);
    expect(outcome).toBe(
      `VaultThrottled: shop-vault.vault.azure.net is throttling requests and asks to wait ${asked}, which is longer than a mount waits; kubelet will try again; secret "a" (objects[0]) was not read (HTTP 429, Throttled)`,
    );
    expect(vaults.requests).toHaveLength(1);
  });

  test('again and again is not waited for longer in all than once', async () => {
    const vaults = new FakeVaults({
      'shop-vault/secrets/a': [
        [429, throttled, { 'retry-after': '1' }],
        [429, throttled, { 'retry-after': '30' }],
      ],
    });
    const { outcome, milliseconds } = await read(vaults, { maxRetries: 4 });
    expect(outcome).toMatch(/asks to wait up to 1 minute, which is longer than a mount waits/);
    expect(milliseconds).toBeLessThan(10_000);
    expect(vaults.requests).toHaveLength(2);
  });

  test('for ever is given up after the repetitions', async () => {
    const vaults = new FakeVaults({ 'shop-vault/secrets/a': [429, throttled, { 'retry-after': '0' }] });
    const { outcome } = await read(vaults, { maxRetries: 3 });
    expect(outcome).toMatch(
      /^VaultThrottled: shop-vault\.vault\.azure\.net is throttling requests; secret "a"/,
    );
    expect(vaults.requests).toHaveLength(4);
  });

  test('is not waited for when the wait would outlast the deadline', async () => {
    const vaults = new FakeVaults({ 'shop-vault/secrets/a': [429, throttled] });
    const { outcome } = await read(vaults, { timeLeft: 1500, maxRetries: 4 });
    expect(outcome).toMatch(/^VaultThrottled: /);
    expect(vaults.requests).toHaveLength(1);
  });
});

test('a vault that is unavailable for longer than there is time fails at once', async () => {
  const vaults = new FakeVaults({ 'shop-vault/secrets/a': [503, '', { 'retry-after': '3600' }] });
  const { outcome } = await read(vaults);
  expect(outcome).toMatch(/^VaultFault: shop-vault\.vault\.azure\.net failed to answer for secret "a"/);
  expect(vaults.requests).toHaveLength(1);
});

test('a refused token is not sent again', async () => {
  const challenge = {
    'www-authenticate':
      'Bearer authorization="https://login.windows.net/11111111-2222-3333-4444-555555555555", resource="https://vault.azure.net"',
  };
  const vaults = new FakeVaults({
    'shop-vault/secrets/a': [
      401,
      { error: { code: 'Unauthorized', message: 'AKV10032: canary' } },
      challenge,
    ],
  });
  const { outcome } = await read(vaults);
  expect(outcome).toMatch(
    /as the vault belongs to tenant 11111111-2222-3333-4444-555555555555; use an identity/,
  );
  expect(vaults.requests).toHaveLength(1);
});
