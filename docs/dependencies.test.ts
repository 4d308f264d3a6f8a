import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { section } from './markdown.ts';

const document = readFileSync(new URL('dependencies.md', import.meta.url), 'utf8');
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Record<
  string,
  Record<string, string>
>;

test.each([
  ['Runtime', 'dependencies'],
  ['Development', 'devDependencies'],
  ['Optional', 'optionalDependencies'],
])('%s: dependencies.md gives a reason for each of package.json’s %s', (title, field) => {
  const rows = [...section(document, title).matchAll(/^\| `([^`]+)` .*\| (\S.*\S) +\|$/gm)];
  expect(rows.map(([, name]) => name)).toEqual(Object.keys(manifest[field] ?? {}));
});

test('Crates: dependencies.md gives a reason for each direct dependency of the executable', () => {
  const cargo = readFileSync(new URL('../runtime/host/Cargo.toml', import.meta.url), 'utf8');
  const [, dependencies = ''] = /^\[dependencies\]\n((?:.+\n)+)/m.exec(cargo) ?? [];
  const crates = [...dependencies.matchAll(/^[\w-]+/gm)].map(([name]) => name);
  expect(crates.length).toBeGreaterThan(10);
  const rows = [...section(document, 'Crates').matchAll(/^\| `([^`]+)` +\| (\S.*\S) +\|$/gm)];
  expect(rows.map(([, name]) => name)).toEqual(expect.arrayContaining(crates));
});
