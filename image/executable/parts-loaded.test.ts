// How much of the program a call-out loads, and of what: bytecode becomes objects when it is loaded, whether it runs or not.
import { expect, test } from 'vitest';
import { bundledParts } from '../testing/bundled-parts.ts';

const { kilobytes, kilobytesOf, sourcesOf, entryPoints, builtins } = await bundledParts('kv');
const installer = await bundledParts('installer');

const INIT = ['runtime/main.ts'];
const UNMOUNT = [...INIT, 'driver/main.ts', 'driver/unmount.ts'];
const MOUNT = [...UNMOUNT, 'driver/mounting.ts', 'driver/mount.ts'];
const READING = [...MOUNT, 'driver/parsing.ts', 'driver/reading.ts', 'driver/keyvault/reader.ts'];
const clientFor = (kind: string) => `node_modules/@azure/keyvault-${kind}/dist/esm/index.js`;

test.each([
  ['init', INIT, 25],
  ['unmount', UNMOUNT, 55],
  ['a mount that the node agent reads for', MOUNT, 85],
  ['a mount of secrets', [...READING, clientFor('secrets')], 220],
  ['a mount of keys', [...READING, clientFor('keys')], 240],
  ['a mount of certificates', [...READING, clientFor('certificates')], 260],
])('%s loads little', (_, sources, limit) => {
  expect(kilobytesOf(sources)).toBeLessThan(limit);
});

test('all parts together are small', () => {
  expect(kilobytes).toBeLessThan(1400);
});

/** Packages that the parts with these sources have bytes of. */
function packagesOf(sources: readonly string[]): string[] {
  const names = sourcesOf(sources).flatMap(
    (path) => /^.*node_modules\/((@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
  );
  return [...new Set(names)].toSorted();
}

test('a call-out that reads nothing loads no package', () => {
  expect(packagesOf(MOUNT)).toEqual([]);
});

test('a mount loads neither schemas, nor the parser of YAML, nor node-forge, nor the credentials of the SDK', () => {
  const packages = packagesOf([...READING, ...['secrets', 'keys', 'certificates'].map(clientFor)]);
  expect(packages).toContain('@azure/core-rest-pipeline');
  for (const name of ['zod', 'yaml', 'node-forge', '@azure/identity', '@azure/msal-node'])
    expect(packages).not.toContain(name);
});

test('no part has a package that runs programs', () => {
  expect(packagesOf(entryPoints)).not.toContain('execa');
});

test('no part asks for a module of Node: the runtime has none', () => {
  for (const part of [...builtins, ...installer.builtins])
    expect(part).toMatch(/^runtime:|^\.\/installer\.mjs$/);
});

test('a call-out has no part of the installer, and none of the system calls that only it makes', () => {
  expect(builtins).not.toContain('runtime:resident');
  expect(sourcesOf(entryPoints).filter((path) => path.startsWith('installer/'))).toEqual([]);
});

test('the installer at rest has neither the SDK nor the parser of YAML', () => {
  const sources = installer.sourcesOf(['runtime/installer.ts', 'installer/serve.ts']);
  expect(sources.filter((path) => /node_modules\/(@azure|yaml)\//.test(path))).toEqual([]);
  expect(installer.kilobytes).toBeLessThan(900);
});
