// How much a call-out loads on the large runtime, and of what.
import { expect, test } from 'vitest';
import { bundledParts } from './testing/bundled-parts.ts';

const { kilobytes, kilobytesOf, sourcesOf, builtinsOf } = await bundledParts('kv-parts');

test.each([
  ['init', 'driver/kv.ts', 4],
  ['unmount, and what every call-out begins with', 'driver/main.ts', 33],
  ['mount, without what reads', 'driver/mounting.ts', 70],
  ['what reads from vaults', 'driver/keyvault/reader.ts', 120],
  ['the client for secrets', 'node_modules/@azure/keyvault-secrets/dist/esm/index.js', 130],
  ['the client for keys', 'node_modules/@azure/keyvault-keys/dist/esm/index.js', 130],
  ['the client for certificates', 'node_modules/@azure/keyvault-certificates/dist/esm/index.js', 150],
])('%s is small', (_, source, limit) => {
  expect(kilobytesOf([source])).toBeLessThan(limit);
});

test('all parts together are no larger than the image can bear', () => {
  expect(kilobytes).toBeLessThan(1400);
});

test('no call-out builds schemas: what checks the node configuration by one is loaded when something is wrong with it', () => {
  for (const source of ['driver/main.ts', 'driver/mounting.ts', 'driver/reading.ts']) {
    expect(sourcesOf([source]).filter((path) => path.includes('node_modules/zod/'))).toEqual([]);
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
