// The native programs of runtime/: compiled by cargo, and kept in the cache by what they are made of.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { type Arch, buildMachineArch } from '../arch.ts';
import { type NativePart, nativeParts } from '../parts/native-parts.ts';
import { locateToolchain, TARGETS } from './toolchain.ts';

/** In runtime/, everything that a native program is made of; the host's directory also has a program of tests. */
const SOURCES = [
  'Cargo.toml',
  'Cargo.lock',
  'rust-toolchain.toml',
  'host/Cargo.toml',
  'host/src',
  'compiler',
  'toolchain',
];

/** Counts up when this file or native-parts.ts makes something else of the same sources. */
const RECIPE = 1;

/** Says what was linked, beside the programs: for the bill of materials nothing needs to be compiled. */
const PARTS = 'parts.json';

/**
 * Finds the native programs for an architecture in the cache, or compiles them, which needs Rust and takes minutes the
 * first time.
 * @returns the directory with `kv`, the host of the driver's parts; for the build machine's architecture also with
 *   `bytecode-compiler`, which compiles them
 */
export async function nativePrograms(projectDir: string, cacheDir: string, arch: Arch): Promise<string> {
  const kept = await keptAt(projectDir, cacheDir, arch);
  if (!existsSync(kept)) await compile(projectDir, cacheDir, arch, kept);
  return kept;
}

/** What is linked into that `kv`. */
export async function partsOf(programs: string): Promise<NativePart[]> {
  return JSON.parse(await readFile(join(programs, PARTS), 'utf8')) as NativePart[];
}

async function compile(projectDir: string, cacheDir: string, arch: Arch, kept: string): Promise<void> {
  const toolchain = await locateToolchain(projectDir, cacheDir, arch);
  console.log(`compiling the runtime for ${arch}: minutes the first time …`);
  const target = join(projectDir, 'runtime/target');
  const parts = await nativeParts(projectDir, toolchain);
  const programs = arch === buildMachineArch() ? ['kv', 'bytecode-compiler'] : ['kv'];
  const packages = programs.flatMap((name) => ['--package', name]);
  await execa(
    'cargo',
    ['build', '--quiet', '--locked', '--release', '--target', TARGETS[arch], ...packages],
    {
      cwd: join(projectDir, 'runtime'),
      env: { ...toolchain.environment, CARGO_TARGET_DIR: target },
      stderr: ['pipe', 'inherit'],
    },
  );
  const work = `${kept}.${randomUUID()}`;
  await mkdir(work, { recursive: true });
  for (const name of programs) await copyFile(join(target, TARGETS[arch], 'release', name), join(work, name));
  await writeFile(join(work, PARTS), JSON.stringify(parts));
  await rename(work, kept).catch(() => rm(work, { recursive: true, force: true }));
}

async function keptAt(projectDir: string, cacheDir: string, arch: Arch): Promise<string> {
  const digest = await digestOf(join(projectDir, 'runtime'));
  return join(cacheDir, 'runtime', `${digest.slice(0, 16)}-${arch}`);
}

/** Names and contents of all sources. */
async function digestOf(directory: string): Promise<string> {
  const hash = createHash('sha256').update(`${RECIPE}`);
  for (const source of SOURCES)
    for (const file of await filesOf(directory, source))
      hash.update(`${file}\0`).update(await readFile(join(directory, file)));
  return hash.digest('hex');
}

/** A file itself, or all files of a directory; by their paths from `directory`. */
async function filesOf(directory: string, path: string): Promise<string[]> {
  if (!(await stat(join(directory, path))).isDirectory()) return [path];
  const names = (await readdir(join(directory, path))).sort();
  return (await Promise.all(names.map((name) => filesOf(directory, join(path, name))))).flat();
}
