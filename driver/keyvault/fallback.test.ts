import { RestError } from '@azure/core-rest-pipeline';
import { describe, expect, test } from 'vitest';
import { DriverError } from '../errors.ts';
import type { ReadItem } from '../ports.ts';
import {
  type Answer,
  ask,
  FakeVaults,
  listed,
  named,
  readerOf,
  secret,
  selection,
} from './testing/fake-vaults.ts';

const signal = new AbortController().signal;
const other = { fallbackVault: 'other-vault' };
const fault = (code: string) => new RestError('canary', { code });
const error = (code: string, inner?: string) => ({ error: { code, innererror: inner && { code: inner } } });

async function served(vaults: FakeVaults, options = {}, ...items: ReadItem[]) {
  const found = await readerOf(vaults, options).read(await ask(...items), signal);
  return found.map((objects) => objects.map(({ vault, name }) => `${vault}/${name}`));
}

const reasons: [string, Answer][] = [
  ['it refuses connections', fault('ECONNREFUSED')],
  ['its name is unknown', fault('ENOTFOUND')],
  ['its name cannot be resolved at the moment', fault('EAI_AGAIN')],
  ['connections to it break', fault('ECONNRESET')],
  ['there is no route to it', fault('EHOSTUNREACH')],
  ['the proxy cannot reach it', fault('PROXY_HTTP_502')],
  ['the proxy cannot be reached', fault('PROXY_ECONNREFUSED')],
  ['it breaks off its answers', fault(RestError.PARSE_ERROR)],
  ['it throttles', [429, error('Throttled'), { 'retry-after': '0' }]],
  ['it throttles for longer than there is time', [429, error('Throttled'), { 'retry-after': '3600' }]],
  ['it fails', [500, error('InternalServerError')]],
  ['it is unavailable', [503, 'no JSON']],
  ['it times out', [408, '']],
  ['it never answers', 'hang'],
];

const noReasons: [string, Answer, string][] = [
  ['the object is missing', [404, error('SecretNotFound')], 'ObjectNotFound'],
  ['the token is not taken', [401, error('Unauthorized')], 'AccessDenied'],
  ['there is no permission', [403, error('Forbidden', 'AccessDenied')], 'AccessDenied'],
  ['the network is not admitted', [403, error('Forbidden', 'ForbiddenByConnection')], 'AccessDenied'],
  ['the object is disabled', [403, error('Forbidden', 'SecretDisabled')], 'ObjectDisabled'],
  ['its certificate is for another host', fault('ERR_TLS_CERT_ALTNAME_INVALID'), 'VaultUnreachable'],
  ['its certificate is of an unknown authority', fault('SELF_SIGNED_CERT_IN_CHAIN'), 'VaultUnreachable'],
  ['its certificate has expired', fault('CERT_HAS_EXPIRED'), 'VaultUnreachable'],
  ['the proxy forbids it', fault('PROXY_HTTP_403'), 'VaultUnreachable'],
  ['it redirects', [302, '', { location: 'https://evil.example/' }], 'VaultFault'],
  ['a proxy answers', [200, '<html>', { 'content-type': 'text/html' }], 'VaultFault'],
  ['it answers about something else', [200, { id: 'https://evil/secrets/a/1', value: 'x' }], 'VaultFault'],
];

describe('the fallback vault is read', () => {
  test.each(reasons)('when %s', async (_, answer) => {
    const vaults = new FakeVaults({ 'shop-vault/secrets/a': answer, 'other-vault/secrets/a': secret('A') });
    expect(await served(vaults, { timeLeft: 600 }, named('a', other))).toEqual([['other-vault/a']]);
  });

  test.each(noReasons)('not when %s', async (_, answer, code) => {
    const vaults = new FakeVaults({ 'shop-vault/secrets/a': answer, 'other-vault/secrets/a': secret('A') });
    await expect(served(vaults, {}, named('a', other))).rejects.toMatchObject({ code });
    expect(vaults.paths.filter((path) => path.startsWith('other-vault'))).toEqual([]);
  });

  test('not when the first one serves after a repetition', async () => {
    const vaults = new FakeVaults({
      'shop-vault/secrets/a': [fault('ECONNRESET'), secret('A')],
      'shop-vault/secrets/b': [[503, ''], secret('B')],
      'other-vault/secrets/a': secret('A'),
    });
    expect(await served(vaults, {}, named('a', other), named('b', other))).toEqual([
      ['Shop-Vault/a'],
      ['Shop-Vault/b'],
    ]);
  });

  test('for each object by itself when the first one fails for some only', async () => {
    const vaults = new FakeVaults({
      'shop-vault/secrets/a': secret('A'),
      'shop-vault/secrets/b': [500, ''],
      'other-vault/secrets/b': secret('B'),
    });
    expect(await served(vaults, {}, named('a', other), named('b', other))).toEqual([
      ['Shop-Vault/a'],
      ['other-vault/b'],
    ]);
  });

  test('for all objects within a third of the time when the first one is a black hole', async () => {
    const names = Array.from({ length: 80 }, (_, index) => `s${index}`);
    const vaults = new FakeVaults({
      ...Object.fromEntries(names.map((name) => [`shop-vault/secrets/${name}`, 'hang'])),
      ...Object.fromEntries(names.map((name) => [`other-vault/secrets/${name}`, secret(name)])),
    });
    const found = await served(vaults, { timeLeft: 1500 }, ...names.map((name) => named(name, other)));
    expect(found).toEqual(names.map((name) => [`other-vault/${name}`]));
    // Only those that were under way together were asked of it.
    expect(vaults.paths.filter((path) => path.startsWith('shop-vault'))).toHaveLength(32);
  });

  test('at once for the rest when the first one is down', async () => {
    const names = Array.from({ length: 80 }, (_, index) => `s${index}`);
    const vaults = new FakeVaults({
      ...Object.fromEntries(names.map((name) => [`shop-vault/secrets/${name}`, fault('ECONNREFUSED')])),
      ...Object.fromEntries(names.map((name) => [`other-vault/secrets/${name}`, secret(name)])),
    });
    await served(vaults, {}, ...names.map((name) => named(name, other)));
    // Two attempts of those that were under way together.
    expect(vaults.paths.filter((path) => path.startsWith('shop-vault')).length).toBeLessThanOrEqual(2 * 32);
  });

  test('for a selection: whoever served the list serves the objects', async () => {
    const vaults = new FakeVaults({
      'shop-vault/secrets': [503, ''],
      'shop-vault/secrets/a': secret('of the first one'),
      'other-vault/secrets': [200, { value: [listed('a'), listed('b')] }],
      'other-vault/secrets/a': secret('A'),
      'other-vault/secrets/b': secret('B'),
    });
    expect(await served(vaults, {}, selection('*', other))).toEqual([['other-vault/a', 'other-vault/b']]);
  });

  test('for an object of a selection, which then must be there', async () => {
    const vaults = new FakeVaults({
      'shop-vault/secrets': [200, { value: [listed('a'), listed('b')] }],
      'shop-vault/secrets/a': [500, ''],
      'shop-vault/secrets/b': [500, ''],
      'other-vault/secrets/a': secret('A'),
    });
    await expect(served(vaults, {}, selection('*', other))).rejects.toMatchObject({
      code: 'VaultFault',
      message: expect.stringMatching(
        /secret "b".*HTTP 500\); the fallback vault did not help: secret "b".*HTTP 404/,
      ),
    });
  });
});

describe('when neither vault serves', () => {
  test('both are told, under the code of the first', async () => {
    const vaults = new FakeVaults({
      'shop-vault/secrets/a': fault('ECONNREFUSED'),
      'other-vault/secrets/a': [403, error('Forbidden', 'AccessDenied')],
    });
    await expect(served(vaults, {}, named('a', other))).rejects.toMatchObject({
      code: 'VaultUnreachable',
      message: expect.stringMatching(
        /^the vault shop-vault\.vault\.azure\.net could not be reached: the connection was refused \(ECONNREFUSED\); the fallback vault did not help: .* may not read secret "a" \(objects\[0\]\) of other-vault\.vault\.azure\.net; /,
      ),
    });
  });

  test('an optional object that the fallback vault lacks is left out', async () => {
    const vaults = new FakeVaults({ 'shop-vault/secrets/a': fault('ECONNREFUSED') });
    expect(await served(vaults, {}, named('a', { ...other, optional: true }))).toEqual([[]]);
  });

  test('a black hole is told', async () => {
    const vaults = new FakeVaults({ 'shop-vault/secrets/a': 'hang' });
    await expect(served(vaults, { timeLeft: 600 }, named('a', other))).rejects.toMatchObject({
      code: 'VaultUnreachable',
      message: expect.stringMatching(
        /^the vault shop-vault\.vault\.azure\.net gave no answer for secret "a" \(objects\[0\]\) in its third of the time that a mount may take; the fallback vault did not help: /,
      ),
    });
  });

  test('the deadline ends the second one too, and what was seen of both is told', async () => {
    const controller = new AbortController();
    const vaults = new FakeVaults({ 'shop-vault/secrets/a': 'hang', 'other-vault/secrets/a': 'hang' });
    const reading = readerOf(vaults, { timeLeft: 300 }).read(await ask(named('a', other)), controller.signal);
    setTimeout(() => controller.abort(new DriverError('DeadlineExceeded', 'took too long')), 300);
    await expect(reading).rejects.toMatchObject({
      message:
        'took too long; last seen of shop-vault.vault.azure.net: secret "a" got no answer; other-vault.vault.azure.net: secret "a" got no answer',
    });
  });
});
