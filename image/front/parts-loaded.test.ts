// How much of the front a call-out loads, and of what: bytecode becomes objects when it is loaded, whether it runs or not.
import { expect, test } from 'vitest';
import { bundledParts } from '../testing/bundled-parts.ts';

const { kilobytes, kilobytesOf, sourcesOf, entryPoints, builtins } = await bundledParts('front');

const INIT = ['driver/front/main.ts'];
const UNMOUNT = [...INIT, 'driver/front/call-outs.ts', 'driver/front/volume/mount-calls.ts'];
const MOUNT = [...UNMOUNT, 'driver/mounting.ts', 'driver/mount.ts'];

test.each([
  ['init', INIT, 18],
  ['unmount', UNMOUNT, 51],
  ['a mount that the node agent reads for', MOUNT, 107],
])('%s loads little', (_, sources, limit) => {
  expect(kilobytesOf(sources)).toBeLessThan(limit);
});

test('a mount says all that it loads: whatever it imports on its way is in the sum above, or not for every mount', () => {
  const loaded = new Set(sourcesOf(MOUNT));
  expect(entryPoints.filter((source) => !loaded.has(source) && !MOUNT.includes(source)).toSorted()).toEqual([
    // Which identity the pod has.
    'driver/credentials/audiences.ts',
    'driver/credentials/projected-tokens.ts',
    // Which options it has.
    'driver/options/yaml-text.ts',
    // The large runtime goes on.
    'hand-over:driver/forms/certificates/certificate-file.ts',
    'hand-over:driver/nodeconfig/schema.ts',
    'hand-over:driver/volume/mount-command.ts',
  ]);
});

test('all parts together are small', () => {
  expect(kilobytes).toBeLessThan(210);
});

test('the parser of YAML is loaded only for options in YAML', () => {
  const ofYaml = (sources: readonly string[]) =>
    sourcesOf(sources).filter((path) => path.startsWith('node_modules/yaml/'));
  expect(ofYaml(entryPoints.filter((source) => source !== 'driver/options/yaml-text.ts'))).toEqual([]);
  expect(ofYaml(['driver/options/yaml-text.ts']).length).toBeGreaterThan(1);
});

test('no part has anything of the packages that are for the large runtime', () => {
  const packages = sourcesOf(entryPoints).flatMap(
    (path) => /^.*node_modules\/((@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
  );
  // Neither the SDK nor zod, node-forge or execa.
  expect([...new Set(packages)].toSorted()).toEqual(['@noble/hashes', 'yaml']);
});

test('no part asks for a module of Node: the engine has none', () => {
  expect([...builtins]).toEqual(['front:system']);
});
