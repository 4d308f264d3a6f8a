// What is linked into the driver's executable: crates, QuickJS-ng, Rust's standard library, musl.
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { Toolchain } from '../executable/toolchain.ts';

/** A library in the executable. */
export interface NativePart {
  readonly name: string;
  readonly version: string;
  /** SPDX identifier or expression. */
  readonly licence: string;
  /** The licence as it lies beside the sources. */
  readonly text: string;
  /** https://github.com/package-url/purl-spec */
  readonly purl: string;
  /** SHA-256 of the crate as published, hexadecimal, by Cargo.lock; undefined for what is no crate of its own. */
  readonly sha256: string | undefined;
  /** `purl` of the parts that it uses. */
  readonly needs: readonly string[];
}

/** The package whose executable it is. */
const HOST = 'kv';

/**
 * Reads versions and licences where the sources are that are compiled.
 * @throws when one of them has no licence: then it must not be shipped unseen
 */
export async function nativeParts(projectDir: string, toolchain: Toolchain): Promise<NativePart[]> {
  const directory = join(projectDir, 'runtime');
  const metadata = await cargoMetadata(directory, toolchain.target);
  const checksums = checksumsOf(await readFile(join(directory, 'Cargo.lock'), 'utf8'));
  const linked = linkedCrates(metadata);
  const crates = linked.map(async ({ crate, needs }) => ({
    name: crate.name,
    version: crate.version,
    licence: licenceOf(crate),
    text: await licenceText(crate, metadata.packages),
    purl: purlOf(crate),
    sha256: checksums.get(`${crate.name} ${crate.version}`),
    needs: needs.map(purlOf).sort(),
  }));
  const parts = [
    ...(await Promise.all(crates)),
    await engine(linked.map(({ crate }) => crate)),
    await standardLibrary(toolchain),
    await musl(toolchain),
  ];
  return parts.sort((a, b) => (a.purl < b.purl ? -1 : 1));
}

/** What must go along with each. */
export function nativeNotice({ name, version, licence, text }: NativePart): string {
  return `${name} ${version}, licence ${licence}\n\n${text}`;
}

/** Of `cargo metadata`, what is used here (https://doc.rust-lang.org/cargo/commands/cargo-metadata.html). */
interface Metadata {
  readonly packages: readonly Crate[];
  readonly resolve: {
    readonly nodes: readonly {
      readonly id: string;
      readonly deps: readonly {
        readonly pkg: string;
        readonly dep_kinds: readonly { readonly kind: string | null }[];
      }[];
    }[];
  };
}

interface Crate {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly license: string | null;
  readonly repository: string | null;
  readonly manifest_path: string;
  readonly targets: readonly { readonly kind: readonly string[] }[];
}

async function cargoMetadata(directory: string, target: string): Promise<Metadata> {
  const { stdout } = await execa(
    'cargo',
    ['metadata', '--quiet', '--locked', '--format-version', '1', '--filter-platform', target],
    { cwd: directory },
  );
  return JSON.parse(stdout) as Metadata;
}

/** Crates whose code is in the executable: without those that only run while it is compiled. */
function linkedCrates({ packages, resolve }: Metadata): { crate: Crate; needs: Crate[] }[] {
  const crates = new Map(packages.map((crate) => [crate.id, crate]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const linked = new Map<string, { crate: Crate; needs: Crate[] }>();
  const follow = (crate: Crate): void => {
    const needs = (nodes.get(crate.id)?.deps ?? [])
      .filter(({ dep_kinds }) => dep_kinds.some(({ kind }) => kind === null))
      .flatMap(({ pkg }) => crates.get(pkg) ?? [])
      .filter(({ targets }) => !targets.some(({ kind }) => kind.includes('proc-macro')));
    linked.set(crate.id, { crate, needs });
    for (const need of needs) if (!linked.has(need.id)) follow(need);
  };
  for (const crate of packages.filter(({ name }) => name === HOST)) follow(crate);
  return [...linked.values()].filter(({ crate }) => crate.name !== HOST);
}

function licenceOf({ name, version, license }: Crate): string {
  if (license === null) throw new Error(`the crate ${name} ${version} is linked but states no licence`);
  return license.replaceAll('/', ' OR ');
}

/** A crate under MIT or another licence is taken under MIT. Crates of one repository may have one file between them. */
async function licenceText(crate: Crate, all: readonly Crate[]): Promise<string> {
  const family = all.filter(({ repository }) => repository !== null && repository === crate.repository);
  for (const { manifest_path } of [crate, ...family]) {
    const directory = dirname(manifest_path);
    const files = (await readdir(directory)).filter((name) => /^(licen[sc]e|copyright|copying)/i.test(name));
    const isOneOf = / OR /.test(licenceOf(crate)) && !/ AND /.test(licenceOf(crate));
    const mit = isOneOf ? files.filter((name) => /mit/i.test(name)) : [];
    const texts = (mit.length > 0 ? mit : files)
      .sort()
      .map(async (name) => (await readFile(join(directory, name), 'utf8')).trim());
    if (texts.length > 0) return `${(await Promise.all(texts)).join('\n\n')}\n`;
  }
  throw new Error(`the crate ${crate.name} ${crate.version} is linked but has no licence file`);
}

const purlOf = ({ name, version }: Crate) => `pkg:cargo/${name}@${version}`;

/** `<name> <version>` to checksum. */
function checksumsOf(lock: string): Map<string, string> {
  const entries = lock.matchAll(/^name = "(.+)"\nversion = "(.+)"\nsource = ".+"\nchecksum = "(.+)"$/gm);
  return new Map([...entries].map(([, name, version, checksum]) => [`${name} ${version}`, `${checksum}`]));
}

/** The engine's C sources come in a crate. */
async function engine(crates: readonly Crate[]): Promise<NativePart> {
  const crate = crates.find(({ name }) => name === 'rquickjs-sys');
  if (crate === undefined) throw new Error('no crate brings QuickJS-ng: compare image/parts/native-parts.ts');
  const directory = join(dirname(crate.manifest_path), 'quickjs');
  const header = join(directory, 'quickjs.h');
  const numbers = ['MAJOR', 'MINOR', 'PATCH'].map((part) =>
    found(header, new RegExp(`^#define QJS_VERSION_${part} (\\d+)$`, 'm')),
  );
  const version = (await Promise.all(numbers)).join('.');
  return {
    name: 'quickjs-ng',
    version,
    licence: 'MIT',
    text: await readFile(join(directory, 'LICENSE'), 'utf8'),
    purl: `pkg:github/quickjs-ng/quickjs@v${version}`,
    sha256: undefined,
    needs: [],
  };
}

/** With the crates that are in it, and LLVM's libunwind: their notices are Rust's. */
async function standardLibrary({ sysroot, version }: Toolchain): Promise<NativePart> {
  const notices = await readFile(join(sysroot, 'share/doc/rust/COPYRIGHT-library.html'), 'utf8');
  return {
    name: 'rust standard library',
    version,
    licence: 'MIT OR Apache-2.0',
    text: textOf(notices),
    purl: `pkg:github/rust-lang/rust@${version}`,
    sha256: undefined,
    needs: [],
  };
}

/** The version is in the archive that Rust links; the C compiler has the same licence beside its own copy. */
async function musl({ sysroot, target, muslLicence }: Toolchain): Promise<NativePart> {
  const archive = join(sysroot, 'lib/rustlib', target, 'lib/self-contained/libc.a');
  const version = await found(archive, /\0(1\.\d+\.\d+)\0/, 'latin1');
  return {
    name: 'musl',
    version,
    licence: 'MIT',
    text: await readFile(muslLicence, 'utf8'),
    purl: `pkg:generic/musl@${version}`,
    sha256: undefined,
    needs: [],
  };
}

function textOf(html: string): string {
  const entities: Readonly<Record<string, string>> = {
    '#60': '<',
    '#62': '>',
    '#34': '"',
    '#39': "'",
    '#38': '&',
  };
  const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&' };
  const body = html.slice(html.indexOf('<body')).replaceAll(/<[^>]*>/g, '');
  const text = body.replaceAll(/&(#?\w+);/g, (whole, name: string) => entities[name] ?? named[name] ?? whole);
  return `${text
    .replaceAll(/[ \t]+$/gm, '')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

async function found(file: string, pattern: RegExp, encoding: 'utf8' | 'latin1' = 'utf8'): Promise<string> {
  const version = pattern.exec(await readFile(file, encoding))?.[1];
  if (version === undefined)
    throw new Error(`${file} names no version: compare image/parts/native-parts.ts with it`);
  return version;
}
