import { describe, expect, test } from 'vitest';
import { DriverError } from '../errors.ts';
import type { ReadItem, TokenSource } from '../ports.ts';
import { createVaultClient } from './client.ts';
import { createObjectReader } from './reader.ts';
import {
  ask,
  FakeVaults,
  listed,
  named,
  readerOf,
  secret,
  selection,
  VERSION,
} from './testing/fake-vaults.ts';

const signal = new AbortController().signal;
const HOST = 'shop-vault.vault.azure.net';

async function read(vaults: FakeVaults, ...items: ReadItem[]) {
  const found = await readerOf(vaults).read(await ask(...items), signal);
  return found.map((objects) =>
    objects.map(({ name, content }) => (content.type === 'secret' ? `${name}=${content.value}` : name)),
  );
}

describe('objects are read', () => {
  test('in the order asked for, each distinct one once, with the token up front', async () => {
    const vaults = new FakeVaults({
      'shop-vault/secrets/a': secret('A', {
        contentType: 'text/plain',
        tags: { team: 'x' },
        attributes: { enabled: true, nbf: 1, exp: 2, created: 3, updated: 4 },
      }),
      [`shop-vault/secrets/a/${VERSION}`]: secret('old A'),
      'other-vault/secrets/a': secret('other A'),
      'shop-vault/certificates/c': [200, { id: '{id}', cer: 'MAMCAQA=', attributes: { enabled: true } }],
      'shop-vault/keys/k': [200, { key: { kid: '{id}', kty: 'RSA-HSM', n: 'AQID', e: 'AQAB' } }],
    });
    const request = await ask(
      named('a'),
      named('k', { type: 'key' }),
      named('A'),
      named('c', { type: 'cert' }),
      named('a', { version: VERSION }),
      named('a', { vault: 'other-vault' }),
    );
    const objects = await readerOf(vaults).read(request, signal);
    const none = { contentType: undefined, tags: {} };
    const timeless = { notBefore: undefined, expires: undefined, created: undefined, updated: undefined };
    const plain = { vault: 'Shop-Vault', version: VERSION, attributes: { ...none, ...timeless } };
    const a = {
      ...plain,
      name: 'a',
      content: { type: 'secret', value: 'A', contentType: 'text/plain' },
      attributes: {
        contentType: 'text/plain',
        tags: { team: 'x' },
        notBefore: 1000,
        expires: 2000,
        created: 3000,
        updated: 4000,
      },
    };
    expect(objects).toEqual([
      [a],
      [
        {
          ...plain,
          name: 'k',
          content: { type: 'key', key: { kty: 'RSA', n: Buffer.of(1, 2, 3), e: Buffer.of(1, 0, 1) } },
        },
      ],
      [a],
      [{ ...plain, name: 'c', content: { type: 'cert', der: Buffer.of(0x30, 3, 2, 1, 0) } }],
      [{ ...plain, name: 'a', content: { type: 'secret', value: 'old A', contentType: undefined } }],
      [
        {
          ...plain,
          vault: 'other-vault',
          name: 'a',
          content: { type: 'secret', value: 'other A', contentType: undefined },
        },
      ],
    ]);
    expect(vaults.requests).toHaveLength(5);
    for (const { headers } of vaults.requests) expect(headers.get('authorization')).toBe('Bearer the-token');
    expect(new Set(vaults.requests.map(({ url }) => new URL(url).origin))).toEqual(
      new Set([`https://${HOST}`, 'https://other-vault.vault.azure.net']),
    );
  });

  test('many more than are asked for at once', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `s${index}`);
    const vaults = new FakeVaults(
      Object.fromEntries(names.map((name) => [`shop-vault/secrets/${name}`, secret(name)])),
    );
    expect(await read(vaults, ...names.map((name) => named(name)))).toEqual(
      names.map((name) => [`${name}=${name}`]),
    );
    expect(vaults.parallel).toBe(32);
  });

  test('expired ones and ones that are not valid yet as well', async () => {
    const vaults = new FakeVaults({
      'shop-vault/secrets/a': secret('A', { attributes: { enabled: true, exp: 1 } }),
      'shop-vault/secrets/b': secret('B', { attributes: { enabled: true, nbf: 4_000_000_000 } }),
    });
    expect(await read(vaults, named('a'), named('b'))).toEqual([['a=A'], ['b=B']]);
  });
});

describe('optional objects', () => {
  test('that are missing give nothing, and of a missing version too', async () => {
    const vaults = new FakeVaults({ 'shop-vault/secrets/a': secret('A') });
    const optional = { optional: true };
    expect(
      await read(
        vaults,
        named('gone', optional),
        named('a', optional),
        named('a', { ...optional, version: VERSION }),
      ),
    ).toEqual([[], ['a=A'], []]);
    // Nobody asks what there is instead.
    expect(vaults.requests).toHaveLength(3);
  });

  test.each<[string, [number, object | string], string]>([
    [
      'may not be read',
      [403, { error: { code: 'Forbidden', innererror: { code: 'AccessDenied' } } }],
      'AccessDenied',
    ],
    [
      'are disabled',
      [403, { error: { code: 'Forbidden', innererror: { code: 'SecretDisabled' } } }],
      'ObjectDisabled',
    ],
    ['a proxy says are missing', [404, '<html>not found</html>'], 'VaultFault'],
  ])('that %s fail the mount', async (_, answer, code) => {
    const vaults = new FakeVaults({ 'shop-vault/secrets/a': answer });
    await expect(read(vaults, named('a', { optional: true }))).rejects.toMatchObject({ code });
  });

  test('fail the mount when the same object is asked for by an item that is not optional', async () => {
    const vaults = new FakeVaults({});
    await expect(
      read(vaults, named('a', { optional: true }), named('a', { origin: 'objects[1]' })),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/^secret "a" \(objects\[1\]\) does not exist/),
    });
  });
});

describe('a selection', () => {
  const page = (items: object[], next?: string) =>
    [200, { value: items, nextLink: next && `https://${HOST}:443/secrets?$skiptoken=${next}` }] as const;
  const objects = {
    'shop-vault/secrets/db-1': secret('1'),
    'shop-vault/secrets/db-2': secret('2'),
    'shop-vault/secrets/tls': secret('pfx'),
  };

  test('is of every page, by name and tags, without what is disabled and with what is behind certificates', async () => {
    const tags = { team: 'payments' };
    const vaults = new FakeVaults({
      'shop-vault/secrets': page(
        [listed('db-1', { tags }), listed('db-off', { enabled: false, tags })],
        'two',
      ),
      'shop-vault/secrets?two': page([], 'three'),
      'shop-vault/secrets?three': page([
        listed('tls', { managed: true }),
        listed('db-2', { tags: { team: 'web' } }),
      ]),
      ...objects,
    });
    expect(
      await read(
        vaults,
        selection(undefined),
        selection('DB-*'),
        selection('db-*', { tags }),
        selection(undefined, { tags: { ...tags, more: 'x' }, optional: true }),
        selection('t?s'),
        named('db-1'),
      ),
    ).toEqual([
      ['db-1=1', 'tls=pfx', 'db-2=2'],
      ['db-1=1', 'db-2=2'],
      ['db-1=1'],
      [],
      ['tls=pfx'],
      ['db-1=1'],
    ]);
    expect(vaults.requests).toHaveLength(6);
  });

  test.each(['key', 'cert'] as const)('is of %ss as well', async (type) => {
    const collection = { key: 'keys', cert: 'certificates' }[type];
    const id = `https://${HOST}/${collection}/one`;
    const vaults = new FakeVaults({
      [`shop-vault/${collection}`]: [200, { value: [{ id, kid: id, attributes: { enabled: true } }] }],
      'shop-vault/keys/one': [200, { key: { kid: '{id}', kty: 'RSA', n: 'AQID', e: 'AQAB' } }],
      'shop-vault/certificates/one': [200, { id: '{id}', cer: 'MAMCAQA=' }],
    });
    expect(await read(vaults, selection('*', { type }))).toEqual([['one']]);
  });

  test('has the objects of a list that does not say whether they are enabled', async () => {
    const unsaid = { id: `https://${HOST}/secrets/db-1`, attributes: {} };
    const bare = { id: `https://${HOST}/secrets/db-2` };
    const vaults = new FakeVaults({ 'shop-vault/secrets': page([unsaid, bare]), ...objects });
    expect(await read(vaults, selection('*'))).toEqual([['db-1=1', 'db-2=2']]);
  });

  test('leaves out what was deleted or disabled since it was listed', async () => {
    const vaults = new FakeVaults({
      'shop-vault/secrets': page(['db-1', 'deleted', 'disabled'].map((name) => listed(name))),
      'shop-vault/secrets/disabled': [
        403,
        { error: { code: 'Forbidden', innererror: { code: 'SecretDisabled' } } },
      ],
      ...objects,
    });
    expect(await read(vaults, selection('*'))).toEqual([['db-1=1']]);
  });

  test.each<[string, FakeVaults, ReturnType<typeof selection>, string, RegExp]>([
    [
      'of nothing',
      new FakeVaults({ 'shop-vault/secrets': page([listed('a')]) }),
      selection('b*', { tags: { team: 'x' } }),
      'ObjectNotFound',
      /^no secrets named "b\*" with tag "team=x" \(objects\[0\]\) in the vault Shop-Vault: .* set optional to true$/,
    ],
    [
      'without the list permission',
      new FakeVaults({
        'shop-vault/secrets': [403, { error: { code: 'Forbidden', innererror: { code: 'AccessDenied' } } }],
      }),
      selection('b*'),
      'AccessDenied',
      /may not list secrets named "b\*" \(objects\[0\]\) of shop-vault.*; a selection needs the list permission for secrets \(HTTP 403/,
    ],
    [
      'without a role',
      new FakeVaults({
        'shop-vault/secrets': [
          403,
          { error: { code: 'Forbidden', innererror: { code: 'ForbiddenByRbac' } } },
        ],
      }),
      selection('b*'),
      'AccessDenied',
      /a selection needs the role "Key Vault Secrets User"/,
    ],
    [
      'with a pattern that is none',
      new FakeVaults({ 'shop-vault/secrets': page([listed('a')]) }),
      selection('(a'),
      'OptionsInvalid',
      /^the name "\(a" of a selection may only hold/,
    ],
    [
      'from a vault with too many objects',
      new FakeVaults({
        'shop-vault/secrets': page(
          Array.from({ length: 25 }, (_, index) => listed(`s${index}`)),
          'more',
        ),
        'shop-vault/secrets?more': page(
          Array.from({ length: 25 }, (_, index) => listed(`t${index}`)),
          'more',
        ),
      }),
      selection('*'),
      'SelectionTooLarge',
      /^secrets named "\*" \(objects\[0\]\) of shop-vault.*: it has more than 2000 of them/,
    ],
    [
      'from a list without an end',
      new FakeVaults({ 'shop-vault/secrets': page([], 'more'), 'shop-vault/secrets?more': page([], 'more') }),
      selection('*'),
      'SelectionTooLarge',
      /more than 2000/,
    ],
    [
      'from a list that has a path for a name',
      new FakeVaults({ 'shop-vault/secrets': page([listed('..%2f..')]) }),
      selection('*'),
      'VaultFault',
      /its list has a name that is none of Key Vault$/,
    ],
  ])('%s fails the mount', async (_, vaults, item, code, message) => {
    await expect(read(vaults, item)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('never sends the token to another host for the next page', async () => {
    const vaults = new FakeVaults({
      'shop-vault/secrets': [200, { value: [], nextLink: 'https://evil.example/secrets?$skiptoken=x' }],
    });
    await expect(read(vaults, selection('*'))).rejects.toMatchObject({
      code: 'VaultFault',
      message: expect.stringContaining('its list continues on another host'),
    });
    expect(vaults.requests).toHaveLength(1);
  });

  test('ends with its signal on the further pages too', async () => {
    const controller = new AbortController();
    const vaults = new FakeVaults({
      'shop-vault/secrets': page([], 'more'),
      'shop-vault/secrets?more': 'hang',
    });
    const reading = readerOf(vaults).read(await ask(selection('*')), controller.signal);
    const reason = new DriverError('DeadlineExceeded', 'took too long');
    setTimeout(() => controller.abort(reason), 50);
    await expect(reading).rejects.toMatchObject({
      code: 'DeadlineExceeded',
      message: `took too long; last seen of ${HOST}: list of secrets got HTTP 200`,
    });
  });
});

describe('nothing is read', () => {
  test('when some objects cannot be: all of them are named, under the code of the first', async () => {
    const vaults = new FakeVaults({
      'shop-vault/secrets/a': secret('A'),
      'shop-vault/secrets/b': [403, { error: { code: 'Forbidden', innererror: { code: 'SecretDisabled' } } }],
      'shop-vault/keys/k': [200, { key: { kid: '{id}', kty: 'oct' } }],
    });
    const items = [
      named('a'),
      named('b', { origin: 'objects[1]' }),
      named('k', { origin: 'objects[2]', type: 'key' }),
      named('gone', { origin: 'objects[3]' }),
      named('B', { origin: 'objects[4]' }),
    ];
    await expect(read(vaults, ...items)).rejects.toThrow(
      expect.objectContaining({
        code: 'ObjectDisabled',
        message: [
          `secret "b" (objects[1], objects[4]) of ${HOST} is disabled; enable it in the vault (HTTP 403, Forbidden, SecretDisabled)`,
          `key "k" (objects[2]) of ${HOST}: it is of type oct, which has no public key; only RSA and EC keys can be projected`,
          `secret "gone" (objects[3]) does not exist in ${HOST}; check the name and that its type is really secret (HTTP 404, SecretNotFound)`,
        ].join(' | '),
      }),
    );
  });

  test('when hundreds of objects are missing: the message stays short', async () => {
    const items = Array.from({ length: 100 }, (_, index) => named(`s${index}`));
    const error = await read(new FakeVaults({}), ...items).catch((thrown: DriverError) => thrown);
    expect((error as DriverError).message).toMatch(/ \| and 80 more$/);
  });

  test('when there is no token: the fault of the token is told, once, and the vault is not asked', async () => {
    const vaults = new FakeVaults({});
    const error = new DriverError('CredentialRejected', 'the client secret has expired');
    const source: TokenSource = { getToken: async () => Promise.reject(error) };
    const request = await ask(named('a', { fallbackVault: 'other-vault' }), named('b'), selection('*'));
    await expect(readerOf(vaults, { source }).read(request, signal)).rejects.toBe(error);
    expect(vaults.requests).toEqual([]);
  });

  test('when the vault redirects: the token goes nowhere else', async () => {
    const vaults = new FakeVaults({
      'shop-vault/secrets/a': [302, {}, { location: 'https://evil.example/' }],
    });
    await expect(read(vaults, named('a'))).rejects.toMatchObject({ code: 'VaultFault' });
    expect(vaults.paths).toEqual(['shop-vault/secrets/a']);
  });

  test('when the call-out was interrupted meanwhile: its reason is told, not what the requests died of', async () => {
    const controller = new AbortController();
    const vaults = new FakeVaults({ 'shop-vault/secrets/a': 'hang' });
    const reading = readerOf(vaults).read(await ask(named('a')), controller.signal);
    const reason = new DriverError('Interrupted', 'SIGTERM');
    setTimeout(() => controller.abort(reason), 30);
    await expect(reading).rejects.toBe(reason);
  });

  test('when time is over: what was last seen of each object is told', async () => {
    const controller = new AbortController();
    const vaults = new FakeVaults({
      'shop-vault/secrets/a': 'hang',
      'shop-vault/secrets/b': [[503, {}], 'hang'],
      'shop-vault/secrets/c': secret('C'),
      'other-vault/secrets/d': [new Error('x'), 'hang'],
    });
    const items = [named('a'), named('b'), named('c'), named('d', { vault: 'other-vault' })];
    const reading = readerOf(vaults).read(await ask(...items), controller.signal);
    setTimeout(() => controller.abort(new DriverError('DeadlineExceeded', 'took too long')), 100);
    await expect(reading).rejects.toMatchObject({
      code: 'DeadlineExceeded',
      message: `took too long; last seen of ${HOST}: secret "a" got no answer, secret "b" got HTTP 503`,
    });
  });
});

describe('the token goes first:', () => {
  const transport = (firstRequest: Promise<void>) => ({
    httpClient: new FakeVaults({ 'shop-vault/secrets/a': secret('A') }),
    retryOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: 'test' },
    firstRequest,
  });

  test.each<[string, (ways: { request(): void; token(): void }) => void]>([
    ['once it is asked for', ({ request }) => request()],
    ['once it is there without having been asked for', ({ token }) => token()],
  ])('nothing of the vaults is made before, and all of it %s', async (_, go) => {
    const request = Promise.withResolvers<void>();
    const token = Promise.withResolvers<{ token: string; expiresAt: number }>();
    const made: string[] = [];
    const reader = createObjectReader(
      { getToken: () => token.promise },
      transport(request.promise),
      () => 60_000,
      () =>
        (...asked) => {
          made.push(asked[0]);
          return createVaultClient(...asked);
        },
    );
    const reading = reader.read(await ask(named('a')), signal);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(made).toEqual([]);
    const give = () => token.resolve({ token: 'the-token', expiresAt: Date.now() + 3_600_000 });
    go({ request: request.resolve, token: give });
    await expect.poll(() => made).toEqual([`https://${HOST}`]);
    give();
    expect((await reading).flat()).toMatchObject([{ name: 'a' }]);
  });
});
