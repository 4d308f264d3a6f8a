import { describe, expect, test } from 'vitest';
import { parseNodeConfig } from '../nodeconfig/schema.ts';
import { fittingRule } from './testing/rules.ts';

function parsed(policy: unknown) {
  return parseNodeConfig(JSON.stringify({ schemaVersion: 1, policy })).policy;
}

function withRule(changes: Record<string, unknown>) {
  return { enabled: true, rules: [{ ...fittingRule, ...changes }] };
}

test('without one there is none', () => {
  expect(parseNodeConfig('{"schemaVersion":1}').policy).toBeUndefined();
});

test('it may be enabled without a rule, and has a name of its own', () => {
  expect(parsed({ enabled: true })).toEqual({ enabled: true, name: 'node-policy', rules: [] });
});

describe('a rule may have', () => {
  test.each<[string, Record<string, unknown>]>([
    ['a description', { description: 'the shop’s own vault' }],
    ['globs for names', { namespaces: ['shop-*', '{a,b}'], vaults: ['?hop-[0-9]*'] }],
    ['a service account with dots', { serviceAccounts: ['web.v1-*'] }],
    ['vaults and objects in any case', { vaults: ['ShopVault'], objects: ['secret/DB-*'] }],
    ['every type, and any', { objects: ['secret/*', 'key/a', 'cert/b', '*/c'] }],
    ['every identity', { identities: ['service-principal', 'pod-identity'] }],
    ['the others', { identities: ['managed-identity', 'workload-identity', '*'] }],
  ])('%s', (_, changes) => {
    expect(parsed(withRule(changes))?.rules).toEqual([{ ...fittingRule, ...changes }]);
  });
});

describe('it is refused, as every mount then is,', () => {
  test.each<[string, unknown, string]>([
    ['as nothing', null, 'policy: '],
    ['without saying whether it is enabled', { rules: [] }, 'policy.enabled: '],
    ['enabled by a text', { enabled: 'true' }, 'policy.enabled: '],
    ['with an unknown key', { enabled: true, rule: [] }, 'policy: Unrecognized key: "rule"'],
    ['with a name of several lines', { enabled: true, name: 'a\nb' }, 'policy.name: must be a name'],
    ['with an unknown key in a rule', withRule({ namespace: ['shop'] }), 'Unrecognized key: "namespace"'],
    ...Object.keys(fittingRule).flatMap((key): [string, unknown, string][] => [
      [`with a rule without ${key}`, withRule({ [key]: undefined }), `policy.rules.0.${key}: `],
      [
        `with a rule of no ${key}`,
        withRule({ [key]: [] }),
        `policy.rules.0.${key}: must name at least one; "*" stands for all`,
      ],
      [`with ${key} as a text`, withRule({ [key]: '*' }), `policy.rules.0.${key}: `],
    ]),
    [
      'with a namespace in upper case',
      withRule({ namespaces: ['shop', 'Shop'] }),
      'policy.rules.0.namespaces.1: must be in lower case',
    ],
    [
      'with a regular expression for a vault',
      withRule({ vaults: ['shop.*'] }),
      'policy.rules.0.vaults.0: may only hold letters, digits, dashes and the wildcards',
    ],
    [
      'with a set that is not closed',
      withRule({ serviceAccounts: ['web-[0-9'] }),
      'policy.rules.0.serviceAccounts.0: has a [ that is not part of a set',
    ],
    [
      'with an object without a type',
      withRule({ objects: ['db-password'] }),
      'policy.rules.0.objects.0: must be <type>/<name>, the type being secret, key, cert or *',
    ],
    [
      'with an object of an unknown type',
      withRule({ objects: ['certificate/site'] }),
      'policy.rules.0.objects.0: must be <type>/<name>',
    ],
    [
      'with an object without a name',
      withRule({ objects: ['secret/'] }),
      'policy.rules.0.objects.0: must have 1 to 256 characters',
    ],
    [
      'with an object of a version',
      withRule({ objects: ['secret/a/0123'] }),
      'policy.rules.0.objects.0: may only hold letters',
    ],
    [
      'with an identity that is none',
      withRule({ identities: ['podidentity'] }),
      'policy.rules.0.identities.0: must be one of service-principal, pod-identity, managed-identity, workload-identity or *',
    ],
    [
      'with more patterns than a mount can look through',
      {
        enabled: true,
        rules: Array.from({ length: 101 }, () => ({ ...fittingRule, objects: Array(50).fill('secret/a') })),
      },
      'policy.rules: must not have more than 5000 patterns in all',
    ],
    ['not enabled, but with a faulty rule', { enabled: false, rules: [{}] }, 'policy.rules.0.namespaces: '],
  ])('%s', (_, policy, fault) => {
    expect(() => parsed(policy)).toThrow(
      expect.objectContaining({ code: 'NodeConfigInvalid', message: expect.stringContaining(fault) }),
    );
  });
});
