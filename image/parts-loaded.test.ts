// How much of the driver's executable a call-out loads, and of what.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { expect, test } from 'vitest';
import { distDir } from './project.ts';

const { outputs } = JSON.parse(await readFile(join(distDir, 'meta', 'kv-parts.json'), 'utf8')) as Metafile;

/** The part that begins with this source, or has it. */
function partWith(source: string): string {
  const found = Object.entries(outputs).find(
    ([, { entryPoint, inputs }]) => entryPoint === source || source in inputs,
  );
  if (found === undefined) throw new Error(`no part has ${source}`);
  return found[0];
}

/** Everything that is loaded with a part. */
function loadedWith(part: string, found = new Set<string>()): Set<string> {
  if (found.has(part)) return found;
  found.add(part);
  for (const { path, kind, external } of outputs[part]?.imports ?? [])
    if (kind !== 'dynamic-import' && !external) loadedWith(path, found);
  return found;
}

function kilobytesOf(source: string): number {
  return sum([...loadedWith(partWith(source))].map((part) => outputs[part]?.bytes ?? 0)) / 1000;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

/** Modules of the runtime that are loaded with a part. */
function builtinsOf(source: string): string[] {
  const imports = [...loadedWith(partWith(source))].flatMap((part) => outputs[part]?.imports ?? []);
  const external = imports.filter((one) => one.external && one.kind !== 'dynamic-import');
  return [...new Set(external.map(({ path }) => path.replace('node:', '')))].sort();
}

test.each([
  ['init', 'driver/kv.ts', 4],
  ['unmount, and what every call-out begins with', 'driver/main.ts', 26],
  ['mount, without what reads', 'driver/mounting.ts', 70],
  ['what reads from vaults', 'driver/keyvault/reader.ts', 120],
  ['the client for secrets', 'node_modules/@azure/keyvault-secrets/dist/esm/index.js', 130],
  ['the client for keys', 'node_modules/@azure/keyvault-keys/dist/esm/index.js', 130],
  ['the client for certificates', 'node_modules/@azure/keyvault-certificates/dist/esm/index.js', 150],
])('%s is small', (_, source, limit) => {
  expect(kilobytesOf(source)).toBeLessThan(limit);
});

test('all parts together are no larger than the image can bear', () => {
  expect(sum(Object.values(outputs).map(({ bytes }) => bytes)) / 1000).toBeLessThan(1400);
});

test('no call-out builds schemas: what checks the node configuration by one is loaded when something is wrong with it', () => {
  for (const source of ['driver/main.ts', 'driver/mounting.ts', 'driver/reading.ts']) {
    const modules = [...loadedWith(partWith(source))].flatMap((part) =>
      Object.keys(outputs[part]?.inputs ?? {}),
    );
    expect(modules.filter((path) => path.includes('node_modules/zod/'))).toEqual([]);
  }
});

test('a call-out begins with files and paths alone, of all that the runtime has', () => {
  expect(builtinsOf('driver/kv.ts')).toEqual(['fs']);
  expect(builtinsOf('driver/main.ts')).toEqual(['fs', 'path', 'timers/promises']);
});

test.each([
  'driver/main.ts',
  'driver/mounting.ts',
  'driver/keyvault/reader.ts',
  'driver/transport/transport.ts',
  'node_modules/@azure/keyvault-secrets/dist/esm/index.js',
  'node_modules/@azure/keyvault-keys/dist/esm/index.js',
])('%s loads none of what Node has for the network and for programs', (source) => {
  const heavy = ['http', 'https', 'tls', 'net', 'zlib', 'child_process', 'stream', 'crypto', 'util'];
  expect(builtinsOf(source).filter((name) => heavy.includes(name))).toEqual([]);
});
