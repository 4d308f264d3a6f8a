import { expect, test } from 'vitest';
import { DriverError } from '../errors.ts';
import { parseBothWays, whole } from '../testing/fuzz/node-config.ts';
import { defaultNodeConfig } from './node-config.ts';
import { checkQuickly } from './quick-check.ts';

type Path = readonly (string | number)[];

/** What may stand in a place where it is right, or is not: bounds of each kind on both sides. */
const values: readonly unknown[] = [
  ...[null, true, false, 0, 1, 2, 4, 5, 6, 109, 110, 111, 65_535, 65_536, 1.5, -1, 1e300],
  ...[
    '',
    'x',
    'X',
    '*',
    'shop',
    'Shop',
    'a.b',
    'a..b',
    '[a',
    'secret/x',
    'other/x',
    'secret/',
    'a\nb',
    'pod-identity',
  ],
  ...[
    'https://a.b',
    'https://a.b/adfs',
    'http://a.b',
    'http://u:p%zz@a.b',
    'http://u:p%40@a.b:1',
    'https://a.b/c',
  ],
  ...[[], ['*'], [1], ['a', 'B'], [[]], {}, { a: 1 }, { enabled: true }, { enabled: false, rules: [] }],
  ...[sized(63), sized(64), sized(200), sized(201), `http://${sized(2041)}`, `http://${sized(2042)}`],
  ...[16, 17, 50, 51, 256, 257, 500, 501].map((length) => Array.from({ length }, () => '*')),
  ...[16, 17].map((length) => Array.from({ length }, () => 2579)),
  ...[500, 501].map((length) => Array.from({ length }, () => whole.policy.rules[0])),
  ...[25, 26].map((length) => Array.from({ length }, () => ruleOf(200 / 4))),
];

test.each(placesOf(whole).map((path) => [path] as const))(
  'the quick check takes nothing that the schema refuses: anything at %j',
  (path) => {
    const changed = [...values.map((value) => withValue(path, value)), withValue(path, undefined)];
    for (const document of changed) expectAgreement(JSON.stringify(document));
  },
);

test.each(placesOf(whole).map((path) => [path] as const))('nor an unknown key beside %j', (path) => {
  for (const key of ['unknown', '__proto__', 'constructor', 'description', 'name', 'resource'])
    expectAgreement(JSON.stringify(withValue([...path.slice(0, -1), key], 'x')));
});

test.each([
  ['every key', whole, { ...whole, rotation: { defaultInterval: 3_600_000, keepServicePrincipals: false } }],
  ['no key', { schemaVersion: 1 }, defaultNodeConfig],
  [
    'a policy without name and rules',
    { schemaVersion: 1, policy: { enabled: true } },
    { ...defaultNodeConfig, policy: { enabled: true, name: 'node-policy', rules: [] } },
  ],
])('a right configuration with %s is taken without the schema', (_, document, config) => {
  expect(checkQuickly(document)).toEqual(config);
});

/** An error that is not the driver's own is one of disagreement. */
function expectAgreement(document: string): void {
  try {
    parseBothWays(document);
  } catch (error) {
    if (!(error instanceof DriverError)) throw new Error(`on ${document.slice(0, 500)}`, { cause: error });
  }
}

function placesOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const below = Object.entries(value).flatMap(([key, child]) =>
    placesOf(child, [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return at.length === 0 ? below : [at, ...below];
}

function withValue([key, ...rest]: Path, value: unknown, within: unknown = whole): unknown {
  if (key === undefined) return value;
  const copy = Array.isArray(within) ? [...within] : Object.assign(Object.create(null), within);
  const child = copy[key];
  Object.defineProperty(copy, key, {
    value: withValue(rest, value, child),
    enumerable: true,
    configurable: true,
  });
  return copy;
}

function ruleOf(each: number): object {
  const list = Array.from({ length: each }, () => '*');
  const objects = list.map(() => '*/*');
  return { namespaces: list, serviceAccounts: list, vaults: list, objects, identities: ['*'] };
}

function sized(length: number): string {
  return 'x'.repeat(length);
}
