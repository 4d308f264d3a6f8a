import { describe, expect, test } from 'vitest';
import { parse } from '../../../driver/options/testing/valid-options.ts';
import type { AccessToken, FederatedToken, TokenRequest, TokenSource } from '../../../driver/ports.ts';
import { Flights } from './flights.ts';
import { TokenMemory } from './token-memory.ts';

const never = new AbortController().signal;
const { pod, identity, cloud } = await parse({});
if (identity.kind !== 'service-principal' || identity.credential.kind !== 'secret')
  throw new Error('the valid options are of a service principal');
const principal = identity;

const item = {
  origin: 'objects[0]',
  type: 'secret',
  vault: 'shop',
  fallbackVault: undefined,
  source: { kind: 'named', name: 'db', version: undefined, file: 'db' },
  optional: false,
} as const;
const request: TokenRequest = { pod, identity: principal, cloud, items: [item] };

function jwt(claims: object): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
}

/** Gives tokens in turn, an hour long, and counts. */
function giver(tokenOf: (count: number) => string = (count) => `token-${count}`, seconds = 3600) {
  const asked: TokenRequest[] = [];
  const source: TokenSource = {
    async getToken(wanted): Promise<AccessToken> {
      asked.push(wanted);
      await new Promise((resolve) => setImmediate(resolve));
      return { token: tokenOf(asked.length), expiresAt: Date.now() + seconds * 1000 };
    },
  };
  return { asked, source };
}

function memory({ keeps = true } = {}) {
  const clock = { now: 0 };
  const tokens = new TokenMemory({
    flights: new Flights(),
    now: () => clock.now,
    keeps,
    counted: () => undefined,
  });
  return { clock, tokens };
}

test('the same credential gets the token that is known, until shortly before it expires', async () => {
  const { clock, tokens } = memory();
  const { asked, source } = giver();
  const get = () => tokens.source(source, undefined).getToken(request, never);
  const first = await get();
  clock.now = 54 * 60_000;
  expect((await get()).token).toBe(first.token);
  clock.now = 56 * 60_000;
  expect((await get()).token).not.toBe(first.token);
  expect(asked).toHaveLength(2);
});

test('fifty that come at once cost one request', async () => {
  const { tokens } = memory();
  const { asked, source } = giver();
  await Promise.all(
    Array.from({ length: 50 }, () => tokens.source(source, undefined).getToken(request, never)),
  );
  expect(asked).toHaveLength(1);
});

test('with its memory off it asks each time', async () => {
  const { tokens } = memory({ keeps: false });
  const { asked, source } = giver();
  for (let times = 0; times < 3; times++) await tokens.source(source, undefined).getToken(request, never);
  expect(asked).toHaveLength(3);
});

test('a token that is refused is forgotten, and known to have been remembered', async () => {
  const { tokens } = memory();
  const { source } = giver();
  await tokens.source(source, undefined).getToken(request, never);
  const again = tokens.source(source, undefined);
  const { token } = await again.getToken(request, never);
  expect(again.used.remembered).toBe(token);
  tokens.forget(token);
  expect(tokens.keeps(token)).toBe(false);
  expect((await tokens.source(source, undefined).getToken(request, never)).token).not.toBe(token);
});

const federated: FederatedToken = { token: 'a.b.c', issuer: 'i', subject: 's', audience: 'a' };
const workload = {
  kind: 'workload-identity',
  tenant: principal.tenant,
  clientId: principal.clientId,
} as const;
const system = { kind: 'managed-identity', assignment: { kind: 'system' } } as const;
const certificate = { kind: 'certificate', bytes: new Uint8Array([1]), password: 'p' } as const;

/** Nobody may come by the token of another one: each of these is somebody else. */
const strangers: [string, TokenRequest, FederatedToken?][] = [
  [
    'another secret',
    { ...request, identity: { ...principal, credential: { kind: 'secret', secret: 'guess' } } },
  ],
  ['no secret', { ...request, identity: { ...principal, credential: { kind: 'secret', secret: '' } } }],
  ['a certificate', { ...request, identity: { ...principal, credential: certificate } }],
  [
    'another certificate',
    { ...request, identity: { ...principal, credential: { ...certificate, bytes: new Uint8Array([2]) } } },
  ],
  [
    'a certificate with another password',
    { ...request, identity: { ...principal, credential: { ...certificate, password: 'q' } } },
  ],
  ['another client', { ...request, identity: { ...principal, clientId: 'other' } }],
  ['another tenant', { ...request, identity: { ...principal, tenant: 'other' } }],
  ['the tenant that the vault names', { ...request, identity: { ...principal, tenant: undefined } }],
  [
    'the tenant that another vault names',
    { ...request, identity: { ...principal, tenant: undefined }, items: [{ ...item, vault: 'other' }] },
  ],
  ['another region', { ...request, identity: { ...principal, region: 'westeurope' } }],
  ['another authority', { ...request, cloud: { ...cloud, authority: 'https://login.example' } }],
  ['another resource', { ...request, cloud: { ...cloud, resource: 'https://vault.example' } }],
  ['the node', { ...request, identity: system }],
  [
    'another identity of the node',
    { ...request, identity: { ...system, assignment: { kind: 'client-id', id: 'x' } } },
  ],
  ['a service account', { ...request, identity: workload }, federated],
  ['another service account', { ...request, identity: workload }, { ...federated, token: 'a.b.d' }],
];

describe('isolation of', () => {
  test.each(strangers)('%s: it gets no token of the principal’s', async (_, stranger, proof) => {
    const { tokens } = memory();
    const { asked, source } = giver();
    const own = await tokens.source(source, undefined).getToken(request, never);
    const got = await tokens.source(source, proof).getToken(stranger, never);
    expect(asked).toHaveLength(2);
    expect(got.token).not.toBe(own.token);
    expect(tokens.identityOf(got.token)).not.toBe(tokens.identityOf(own.token));
  });

  test('all of them among each other', async () => {
    const { tokens } = memory();
    const { asked, source } = giver();
    for (const [, stranger, proof] of strangers) await tokens.source(source, proof).getToken(stranger, never);
    expect(asked).toHaveLength(strangers.length);
  });
});

describe('with NMI each pod is asked for', () => {
  const byNmi: TokenRequest = { ...request, identity: { kind: 'pod-identity', nmiPort: 2579 } };
  const claims = { tid: 't', oid: 'o', appid: 'a' };

  test('every time', async () => {
    const { tokens } = memory();
    const { asked, source } = giver();
    for (let times = 0; times < 3; times++) await tokens.source(source, undefined).getToken(byNmi, never);
    expect(asked).toHaveLength(3);
  });

  test('and what it gave is known by the very token: its claims are nobody’s word', async () => {
    const { tokens } = memory();
    const given = [jwt({ ...claims, uti: '1' }), jwt({ ...claims, uti: '2' }), jwt({ ...claims, uti: '1' })];
    const { source } = giver((count) => given[count - 1] ?? '');
    const keys: (string | undefined)[] = [];
    for (let pods = 0; pods < 3; pods++) {
      const { token } = await tokens.source(source, undefined).getToken(byNmi, never);
      keys.push(tokens.identityOf(token));
    }
    const [first, forged, again] = keys;
    expect(first).toBeDefined();
    expect(forged).not.toBe(first);
    expect(again).toBe(first);
  });

  test('and while it has given none, nothing is known', async () => {
    const { tokens } = memory();
    const silent: TokenSource = { getToken: () => Promise.reject(new Error('no answer')) };
    const read = tokens.source(silent, undefined);
    await expect(read.getToken(byNmi, never)).rejects.toThrow();
    expect(read.used.identity).toBeUndefined();
  });
});

describe('the identity of the node, which answers over plain HTTP too', () => {
  const ofNode: TokenRequest = { ...request, identity: system };

  test('is known by its token, so that a new one finds nothing that was read with the old one', async () => {
    const { clock, tokens } = memory();
    const { source } = giver((count) => jwt({ tid: 't', oid: 'o', appid: 'a', uti: String(count) }));
    const first = await tokens.source(source, undefined).getToken(ofNode, never);
    expect((await tokens.source(source, undefined).getToken(ofNode, never)).token).toBe(first.token);
    clock.now = 56 * 60_000;
    const second = await tokens.source(source, undefined).getToken(ofNode, never);
    expect(second.token).not.toBe(first.token);
    expect(tokens.identityOf(second.token)).not.toBe(tokens.identityOf(first.token));
  });

  test('opens nothing while there is no token', async () => {
    const { tokens } = memory();
    const silent: TokenSource = { getToken: () => Promise.reject(new Error('no answer')) };
    const read = tokens.source(silent, undefined);
    await expect(read.getToken(ofNode, never)).rejects.toThrow();
    expect(read.used.identity).toBeUndefined();
  });
});

describe('with workload identity Entra gives the token over TLS, and its claims', () => {
  const claims = { tid: 't', oid: 'o', appid: 'a' };

  test.each<[string, object, boolean]>([
    ['of the same identity', { ...claims, uti: '2' }, true],
    ['of another identity', { ...claims, oid: 'other' }, false],
    ['of another tenant', { ...claims, tid: 'other' }, false],
    ['of another application', { ...claims, appid: 'other' }, false],
    ['of nobody in particular', { uti: '2' }, false],
    ['of an identity without a name', { ...claims, oid: '' }, false],
    ['of an identity that is no text', { ...claims, oid: ['o'] }, false],
  ])('%s decide on what is shared: %#', async (_, second, shared) => {
    const { tokens } = memory();
    const { source } = giver((count) => jwt(count === 1 ? { ...claims, uti: '1' } : second));
    const byAccount: TokenRequest = { ...request, identity: workload };
    const one = await tokens.source(source, federated).getToken(byAccount, never);
    const other = { ...federated, token: 'a.b.d' };
    const two = await tokens.source(source, other).getToken(byAccount, never);
    expect(tokens.identityOf(two.token) === tokens.identityOf(one.token)).toBe(shared);
  });

  test('an opaque token is nobody’s but its own', async () => {
    const { tokens } = memory();
    const { source } = giver((count) => `opaque-${count}`);
    const byAccount: TokenRequest = { ...request, identity: workload };
    const first = await tokens.source(source, federated).getToken(byAccount, never);
    const second = await tokens.source(source, { ...federated, token: 'a.b.d' }).getToken(byAccount, never);
    expect(tokens.identityOf(first.token)).not.toBe(tokens.identityOf(second.token));
  });
});

test('workload identity with the claims of NMI’s identity does not share with it', async () => {
  const { tokens } = memory();
  const { source } = giver((count) => jwt({ tid: 't', oid: 'o', appid: 'a', uti: String(count) }));
  const byNmi: TokenRequest = { ...request, identity: { kind: 'pod-identity', nmiPort: 2579 } };
  const one = await tokens.source(source, undefined).getToken(byNmi, never);
  const two = await tokens.source(source, federated).getToken({ ...request, identity: workload }, never);
  expect(tokens.identityOf(one.token)).toBeDefined();
  expect(tokens.identityOf(two.token)).not.toBe(tokens.identityOf(one.token));
});
