import { describe, expect, test } from 'vitest';
import type { DriverError } from '../errors.ts';
import type { Identity } from '../options/identity.ts';
import { legacyForms, type ObjectType, type VolumeItem } from '../options/items.ts';
import { parse } from '../options/testing/valid-options.ts';
import { enforcePolicy } from './enforce.ts';
import type { Policy, PolicyRule } from './policy.ts';
import { policyOf } from './testing/rules.ts';

const pod = { name: 'web-0', namespace: 'shop', uid: 'u', serviceAccountName: 'web' };
const identity = { kind: 'service-principal' } as Identity;

function named(name: string, type: ObjectType = 'secret', vault = 'shop-vault', fallbackVault?: string) {
  return itemOf({ kind: 'named', name, version: undefined, file: name }, type, vault, fallbackVault);
}

function selected(name: string | undefined, vault = 'shop-vault', fallbackVault?: string) {
  return itemOf({ kind: 'selection', name, tags: {}, directory: undefined }, 'secret', vault, fallbackVault);
}

function itemOf(source: VolumeItem['source'], type: ObjectType, vault: string, fallbackVault?: string) {
  const rest = { origin: 'x', form: legacyForms[type], mode: undefined, optional: false, metadata: false };
  return { ...rest, vault, fallbackVault, source } satisfies VolumeItem;
}

type Request = Parameters<typeof enforcePolicy>[1];

function request(changes: Partial<Request> = {}): Request {
  return { pod, identity, items: [named('db-password')], ...changes };
}

function denial(policy: Policy | undefined, changed: Partial<Request> = {}): string {
  try {
    enforcePolicy(policy, request(changed));
    return 'allowed';
  } catch (error) {
    return `${(error as DriverError).code}: ${(error as DriverError).message}`;
  }
}

const denied =
  'PolicyDenied: the policy "shops" of this node does not allow this volume (namespace "shop", service account "web", service-principal); ask the cluster\'s admin, who can test the policy';

describe('without rules in force', () => {
  test('no policy allows everything', () => {
    expect(denial(undefined)).toBe('allowed');
  });
  test('a policy that is not enabled allows everything', () => {
    expect(denial({ ...policyOf(), enabled: false })).toBe('allowed');
  });
  test('an enabled policy without rules denies everything', () => {
    expect(denial(policyOf())).toBe(denied);
  });
});

describe('one rule allows', () => {
  test.each<[string, Partial<PolicyRule>, Partial<Request>]>([
    ['what it names', {}, {}],
    ['by globs', { namespaces: ['s*'], serviceAccounts: ['w?b'], vaults: ['*'], objects: ['*/db-*'] }, {}],
    ['any identity by a star', { identities: ['*'] }, {}],
    ['vaults and objects in any case', { vaults: ['SHOP-vault'], objects: ['secret/DB-PASSWORD'] }, {}],
    ['several objects', { objects: ['secret/a', 'key/b'] }, { items: [named('a'), named('b', 'key')] }],
    [
      'a fallback vault that it names too',
      { vaults: ['one', 'two'] },
      { items: [named('db-password', 'secret', 'one', 'two')] },
    ],
    ['a selection that one pattern covers', { objects: ['secret/db-*'] }, { items: [selected('db-a*')] }],
    [
      'alternatives of a selection by a pattern each',
      { objects: ['secret/db-*', 'secret/web-*'] },
      { items: [selected('{db,web}-*')] },
    ],
    [
      'a selection by tags alone, where it allows all',
      { objects: ['secret/*'] },
      { items: [selected(undefined)] },
    ],
  ])('%s', (_, rule, changes) => {
    expect(denial(policyOf(rule), changes)).toBe('allowed');
  });
});

describe('it is denied, in the same words whatever is lacking:', () => {
  test.each<[string, Partial<PolicyRule>, Partial<Request>]>([
    ['another namespace', { namespaces: ['shops'] }, {}],
    ['another service account', { serviceAccounts: ['default'] }, {}],
    ['another vault', { vaults: ['shop-vault-2'] }, {}],
    ['another name', { objects: ['secret/db'] }, {}],
    ['another type', { objects: ['cert/db-password', 'key/*'] }, {}],
    ['another identity', { identities: ['pod-identity', 'managed-identity', 'workload-identity'] }, {}],
    ['one object among many', {}, { items: [named('db-password'), named('other')] }],
    ['the fallback vault', {}, { items: [named('db-password', 'secret', 'shop-vault', 'other')] }],
    ['a wider selection', { objects: ['secret/db-*'] }, { items: [selected('d*')] }],
    ['a selection by tags alone', { objects: ['secret/db-*'] }, { items: [selected(undefined)] }],
    ['one alternative of a selection', { objects: ['secret/db-*'] }, { items: [selected('{db,web}-*')] }],
    [
      'a selection in the fallback vault',
      { objects: ['secret/*'] },
      { items: [selected('*', 'shop-vault', 'b')] },
    ],
    ['a name that is a wildcard', { objects: ['secret/a*'] }, { items: [named('*')] }],
    ['nothing asked for', {}, { items: [] }],
  ])('%s', (_, rule, changes) => {
    expect(denial(policyOf(rule), changes)).toBe(denied);
  });

  test('a mix of two rules, neither of which allows the whole access', () => {
    expect(denial(policyOf({ vaults: ['other'] }, { serviceAccounts: ['other'] }))).toBe(denied);
  });

  test.each(['namespace', 'serviceAccountName'])('a pod of which kubelet does not tell the %s', (key) => {
    const everything = { namespaces: ['*'], serviceAccounts: ['*'], vaults: ['*'], objects: ['*/*'] };
    expect(denial(policyOf(everything), { pod: { ...pod, [key]: '' } })).toMatch(/^PolicyDenied: /);
    expect(denial(policyOf(everything))).toBe('allowed');
  });
});

test('different objects may be allowed by different rules', () => {
  const items = [named('db-password'), named('site', 'cert', 'web-vault')];
  const rules = [{}, { vaults: ['web-*'], objects: ['cert/*'] }];
  expect(denial(policyOf(...rules), { items })).toBe('allowed');
  expect(denial(policyOf(...rules.slice(1)), { items })).toBe(denied);
});

test('the pod is kubelet’s, whatever the volume’s author writes', async () => {
  const parsed = await parse({});
  expect(() => enforcePolicy(policyOf({}), parsed)).not.toThrow();
  const elsewhere = await parse({ 'kubernetes.io/pod.namespace': 'evil' });
  expect(() => enforcePolicy(policyOf({}), elsewhere)).toThrow(
    expect.objectContaining({ code: 'PolicyDenied', message: expect.stringContaining('namespace "evil"') }),
  );
});

test('what takes more work than a decision may is denied, like everything that is', () => {
  const patterns = Array.from({ length: 50 }, (_, index) => `secret/*a*b*${index}`);
  const wide = { ...policyOf(), rules: [] };
  const rules = [
    ...Array(99).fill(policyOf({ objects: patterns }).rules[0]),
    ...policyOf({ objects: ['secret/*'] }).rules,
  ];
  const items = Array.from({ length: 512 }, (_, index) => named(`x-${index}`));
  expect(denial({ ...wide, rules }, { items: items.slice(0, 1) })).toBe('allowed');
  expect(denial({ ...wide, rules }, { items })).toBe(denied);
});
