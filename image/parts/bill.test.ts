// The bill of materials of what "npm run build" built, over a root file system of the packages that the image has.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildMachineArch } from '../arch.ts';
import { nativePrograms, partsOf } from '../executable/native.ts';
import { cacheDir, distDir, metafiles, projectDir, readProject } from '../project.ts';
import { locateRuntime } from '../runtime.ts';
import { billOfMaterials, type Parts } from './bill.ts';
import { debianPackages } from './debian-packages.ts';
import { bundledPackages } from './npm-packages.ts';
import { runtimeParts } from './runtime-parts.ts';

type Listed = {
  name: string;
  version?: string;
  purl?: string;
  licenses?: object[];
  hashes?: { alg: string; content: string }[];
  components?: Listed[];
};
type Bill = {
  serialNumber?: string;
  metadata: { timestamp?: string; component: { 'bom-ref': string } };
  components: Listed[];
  dependencies: { ref: string; dependsOn?: string[] }[];
};

const status = {
  libc6: 'Package: libc6\nArchitecture: amd64\nVersion: 2.36-9+deb12u10\nDepends: libgcc-s1\n',
  'ca-certificates': 'Package: ca-certificates\nArchitecture: all\nVersion: 20230311+deb12u1\n',
  'base-files': 'Package: base-files\nArchitecture: amd64\nVersion: 12.4+deb12u11\n',
};
const project = await readProject();
let root = '';
let parts: Parts;
let bill: Bill;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'root-'));
  await mkdir(join(root, 'usr/lib'), { recursive: true });
  await mkdir(join(root, 'var/lib/dpkg/status.d'), { recursive: true });
  await writeFile(join(root, 'usr/lib/os-release'), 'NAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n');
  for (const [name, text] of Object.entries(status))
    await writeFile(join(root, 'var/lib/dpkg/status.d', name), text);
  const runtime = await locateRuntime(projectDir, cacheDir, buildMachineArch());
  const programs = await nativePrograms(projectDir, cacheDir, buildMachineArch());
  parts = {
    npm: await bundledPackages(metafiles, projectDir),
    runtime,
    runtimeParts: await runtimeParts(runtime),
    native: await partsOf(programs),
    debian: await debianPackages(root),
  };
  bill = JSON.parse(billOfMaterials(project, parts)) as Bill;
});
afterAll(() => rm(root, { recursive: true }));

const everything = (): Listed[] => bill.components.flatMap((one) => [one, ...(one.components ?? [])]);

test('the bill is valid by the strict schema of CycloneDX 1.6', async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  expect(await validator.validate(billOfMaterials(project, parts))).toBeNull();
  const { components: _, ...faulty } = { ...bill, specVersion: '1.6', components: [], whatever: 1 };
  expect(await validator.validate(JSON.stringify(faulty))).not.toBeNull();
});

test('it names every npm package that a bundle has bytes of, by the version that is installed', async () => {
  const shipped = new Set<string>();
  for (const file of metafiles) {
    const { outputs } = JSON.parse(await readFile(file, 'utf8')) as Metafile;
    for (const { inputs } of Object.values(outputs))
      for (const [input, { bytesInOutput }] of Object.entries(inputs))
        if (bytesInOutput > 0 && input.includes('node_modules/'))
          shipped.add(input.replace(/^.*node_modules\/((@[^/]+\/)?[^/]+)\/.*$/, '$1'));
  }
  const named = bill.components.filter(
    ({ purl }) => purl?.startsWith('pkg:npm/') && !purl.includes('%40oven'),
  );
  expect(named.map(({ name }) => name).toSorted()).toEqual([...shipped].toSorted());
  expect(named.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['zod', '@azure/keyvault-secrets', 'yaml']),
  );
  expect(named.map(({ name }) => name)).not.toContain('vitest');
  for (const { name, version } of named) {
    const manifest = await readFile(join(projectDir, 'node_modules', name, 'package.json'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({ name, version });
  }
});

test('it names the runtime with what is linked into it, and the Debian packages', () => {
  const runtime = bill.components.find(({ name }) => name === 'bun');
  expect(runtime).toMatchObject({ version: parts.runtime.version });
  expect(runtime?.components?.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['WebKit JavaScriptCore', 'boringssl']),
  );
  const purls = bill.components.map(({ purl }) => purl);
  expect(purls).toContain('pkg:deb/debian/libc6@2.36-9%2Bdeb12u10?arch=amd64&distro=debian-12');
  expect(purls).toContain('pkg:deb/debian/ca-certificates@20230311%2Bdeb12u1?arch=all&distro=debian-12');
});

test('it names every crate that Cargo.lock has for the executable, by its checksum, and the C code', async () => {
  const lock = await readFile(join(projectDir, 'runtime/Cargo.lock'), 'utf8');
  const crates = bill.components.filter(({ purl }) => purl?.startsWith('pkg:cargo/'));
  for (const { name, version, hashes } of crates)
    expect(lock).toContain(
      `name = "${name}"\nversion = "${version}"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "${hashes?.[0]?.content}"`,
    );
  const manifest = await readFile(join(projectDir, 'runtime/host/Cargo.toml'), 'utf8');
  const [, dependencies = ''] = /^\[dependencies\]\n((?:.+\n)+)/m.exec(manifest) ?? [];
  const direct = dependencies
    .split('\n')
    .flatMap((line) => /package = "(.+?)"/.exec(line)?.[1] ?? /^[\w-]+/.exec(line)?.[0] ?? []);
  expect(crates.map(({ name }) => name)).toEqual(expect.arrayContaining(direct));
  const named = (name: string) => bill.components.find((one) => one.name === name);
  expect(named('quickjs-ng')).toMatchObject({ licenses: [{ license: { id: 'MIT' } }] });
  expect(named('musl')).toMatchObject({ version: '1.2.5', licenses: [{ license: { id: 'MIT' } }] });
  expect(named('webpki-roots')).toMatchObject({ licenses: [{ license: { id: 'CDLA-Permissive-2.0' } }] });
  // Only run while it is compiled.
  for (const name of ['cc', 'syn', 'proc-macro2']) expect(named(name)).toBeUndefined();
});

test('everything in it has a licence, and whatever npm installed has a checksum', () => {
  expect(everything().filter(({ licenses }) => !licenses?.length)).toEqual([]);
  const npm = bill.components.filter(({ purl }) => purl?.startsWith('pkg:npm/'));
  for (const { name, hashes } of npm) {
    expect(hashes, name).toHaveLength(1);
    expect(hashes?.[0]?.content, name).toMatch(/^[0-9a-f]{128}$/);
  }
});

test('nothing in it hangs in the air: each part is needed by the image or by a part that is', () => {
  const needs = new Map(bill.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn ?? []]));
  const reached = new Set<string>();
  const reach = (ref: string): void => {
    if (reached.has(ref)) return;
    reached.add(ref);
    for (const next of needs.get(ref) ?? []) reach(next);
  };
  reach(bill.metadata.component['bom-ref']);
  expect(bill.components.map(({ purl }) => purl).filter((purl) => !reached.has(purl ?? ''))).toEqual([]);
});

test('the same parts make the same bytes, in whatever order they come', () => {
  expect(bill.serialNumber).toBeUndefined();
  expect(bill.metadata.timestamp).toBeUndefined();
  const turned = {
    ...parts,
    npm: parts.npm.toReversed(),
    native: parts.native.toReversed(),
    debian: parts.debian.toReversed(),
  };
  expect(billOfMaterials(project, turned)).toBe(billOfMaterials(project, parts));
});

test('a Debian package of which nobody has said the licence is refused', async () => {
  await writeFile(
    join(root, 'var/lib/dpkg/status.d/bash'),
    'Package: bash\nVersion: 5\nArchitecture: amd64\n',
  );
  await expect(debianPackages(root)).rejects.toThrow('licence the files of bash');
  await rm(join(root, 'var/lib/dpkg/status.d/bash'));
});

test('the licences file has a notice for each npm package, each crate and the installer’s runtime', async () => {
  const text = await readFile(join(distDir, 'LICENSES.txt'), 'utf8');
  for (const { name, version } of parts.npm) expect(text).toContain(`${name} ${version}, licence `);
  expect(text).toContain(`Bun ${parts.runtime.version}, which runs the installer, licence MIT`);
  for (const one of parts.native) {
    expect(text).toContain(`${one.name} ${one.version}, licence ${one.licence}\n\n${one.text}`);
    expect(one.text).toMatch(/copyright|license/i);
  }
  for (const name of ['quickjs-ng', 'musl', 'rquickjs-sys'])
    expect(parts.native.find((one) => one.name === name)?.text).toMatch(
      /copyright (\(c\)|©).*permission is hereby granted, free of charge/is,
    );
  expect(text).toMatch(/JavaScriptCore is under the LGPL; its source is \S+ at commit [0-9a-f]{40}/);
});
