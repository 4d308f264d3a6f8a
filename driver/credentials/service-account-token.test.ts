import { describe, expect, test } from 'vitest';
import { readServiceAccountToken } from './service-account-token.ts';

const claims = {
  aud: ['api://AzureADTokenExchange'],
  exp: 2_000_000_000,
  iss: 'https://oidc.example/cluster/',
  sub: 'system:serviceaccount:shop:web',
  'kubernetes.io': {
    namespace: 'shop',
    pod: { name: 'web-0', uid: 'the-uid' },
    serviceaccount: { name: 'web', uid: 'x' },
  },
};

const jwt = (payload: unknown) =>
  `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.c2lnbmF0dXJl`;

const expected = {
  audiences: ['api://AzureADTokenExchange'],
  expiresAt: 2_000_000_000_000,
  issuer: 'https://oidc.example/cluster/',
  subject: 'system:serviceaccount:shop:web',
  namespace: 'shop',
  serviceAccountName: 'web',
  podUid: 'the-uid',
};

describe('the claims are read', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['as Kubernetes writes them', {}, {}],
    ['with one audience', { aud: 'a' }, { audiences: ['a'] }],
    ['without an audience', { aud: undefined }, { audiences: [] }],
    ['with audiences that are none', { aud: [1, null, 'a'] }, { audiences: ['a'] }],
    ['with a subject that would break a message', { sub: 'a\nb' }, { subject: '' }],
    ['with an issuer that is no text', { iss: { a: 1 } }, { issuer: '' }],
    ['without a pod', { 'kubernetes.io': { namespace: 'shop' } }, { podUid: '', serviceAccountName: '' }],
  ])('%s', (_, changes, differences) => {
    const token = jwt({ ...claims, ...changes });
    expect(readServiceAccountToken(`${token}\n`)).toEqual({ ...expected, token, ...differences });
  });
});

test.each<[string, string]>([
  ['nothing', ''],
  ['a CA certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ['a namespace', 'default'],
  ['something with two dots', 'a.b.c'],
  ['a token of somebody else', jwt({ aud: 'a', exp: 1 })],
  ['a token without an end', jwt({ ...claims, exp: '2000000000' })],
  ['claims that are a list', jwt([])],
  ['claims of Kubernetes that are a list', jwt({ ...claims, 'kubernetes.io': [] })],
  ['a token that would end the form', `${jwt(claims)}&client_id=x`],
])('%s is no service account token', (_, text) => {
  expect(readServiceAccountToken(text)).toBeUndefined();
});
