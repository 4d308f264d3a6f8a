// The front's own C sources and QuickJS to programs.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Arch } from '../runtime.ts';
import type { CCompiler } from './c-compiler.ts';

const ENGINE = 'driver/front/quickjs';
const NATIVE = 'driver/front/native';
/** The program that compiles the parts, of the build alone. */
const BYTECODE_COMPILER = 'compile.c';
const TESTING = 'testing';
const HEAP_TEST = 'testing/heap-pieces.c';
/** Of programs other than the test host. */
const OF_OTHERS = new Set([BYTECODE_COMPILER, HEAP_TEST, 'main.c', 'parts.c']);

export interface NativeBuild {
  readonly compiler: Pick<CCompiler, 'identity' | 'link' | 'run'>;
  readonly projectDir: string;
  readonly cacheDir: string;
}

/** QuickJS as objects, kept in the cache by what they are made from: to compile it takes half a minute. */
async function engineObjects({ compiler, projectDir, cacheDir }: NativeBuild, arch: Arch): Promise<string[]> {
  const directory = join(projectDir, ENGINE);
  const sources = (await filesOf(directory)).filter(isOfC);
  const digest = await digestOf(
    compiler.identity,
    sources.map((name) => join(directory, name)),
  );
  const units = sources.filter((name) => name.endsWith('.c'));
  const kept = join(cacheDir, 'quickjs', `${digest.slice(0, 16)}-${arch}`);
  if (!existsSync(kept)) {
    const work = `${kept}.${randomUUID()}`;
    await mkdir(work, { recursive: true });
    // Each by its name alone, as the objects hold the names that the compiler is given.
    for (const unit of units)
      await compiler.run(arch, ['-std=gnu11', '-c', unit, '-o', join(work, `${unit}.o`)], directory);
    await rename(work, kept).catch(() => rm(work, { recursive: true, force: true }));
  }
  return units.map((unit) => join(kept, `${unit}.o`));
}

/** The program that makes bytecode, for the machine that builds. */
export async function buildBytecodeCompiler(
  build: NativeBuild,
  machine: Arch,
  outfile: string,
): Promise<string> {
  const objects = await engineObjects(build, machine);
  const directory = join(build.projectDir, NATIVE);
  await build.compiler.run(
    machine,
    [...OWN, BYTECODE_COMPILER, ...objects, ...build.compiler.link, '-o', outfile],
    directory,
  );
  return outfile;
}

/** The front, with all parts in it. */
export async function buildFront(
  build: NativeBuild,
  arch: Arch,
  pack: string,
  outfile: string,
): Promise<string> {
  const objects = await engineObjects(build, arch);
  const directory = join(build.projectDir, NATIVE);
  const units = (await filesOf(directory)).filter(
    (name) => name.endsWith('.c') && name !== BYTECODE_COMPILER,
  );
  const args = [
    ...OWN,
    `-DFRONT_PACK="${pack}"`,
    ...units,
    'pack.S',
    ...objects,
    ...build.compiler.link,
    '-o',
    outfile,
  ];
  await build.compiler.run(arch, args, directory);
  return outfile;
}

/**
 * The program that evaluates an ECMAScript module of a file, with all that the front has in C, unless it is there: in a
 * directory, by what it is made from. @returns its file
 */
export async function buildTestHost(build: NativeBuild, arch: Arch, directory: string): Promise<string> {
  const objects = await engineObjects(build, arch);
  const sources = join(build.projectDir, NATIVE);
  const units = [...(await filesOf(sources)), ...(await filesOf(sources, TESTING))].filter(
    (name) => name.endsWith('.c') && !OF_OTHERS.has(name),
  );
  return testProgram(build, arch, [...units, ...objects], join(directory, 'host'));
}

/** The program that drives the runtime's memory, in the same way. @returns its file */
export function buildHeapTest(build: NativeBuild, arch: Arch, directory: string): Promise<string> {
  return testProgram(build, arch, ['heap.c', HEAP_TEST], join(directory, 'heap'));
}

async function testProgram(
  build: NativeBuild,
  arch: Arch,
  units: readonly string[],
  name: string,
): Promise<string> {
  const directory = join(build.projectDir, NATIVE);
  const sources = [...(await filesOf(directory)), ...(await filesOf(directory, TESTING))];
  const digest = await digestOf(
    JSON.stringify([build.compiler.identity, build.compiler.link, units]),
    sources.filter(isOfC).map((source) => join(directory, source)),
  );
  const kept = `${name}-${arch}-${digest.slice(0, 16)}`;
  if (existsSync(kept)) return kept;
  const work = `${kept}.${randomUUID()}`;
  await mkdir(dirname(work), { recursive: true });
  await build.compiler.run(arch, [...OWN, ...units, ...build.compiler.link, '-o', work], directory);
  await rename(work, kept);
  return kept;
}

const OWN = ['-std=c17', '-Wall', '-Wextra', '-Werror'];

const isOfC = (name: string) => /\.[ch]$/.test(name);

/** Files of a folder, by their paths from the directory; not those of folders in it. */
async function filesOf(directory: string, folder = ''): Promise<string[]> {
  const entries = await readdir(join(directory, folder), { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [join(folder, entry.name)] : [])).sort();
}

async function digestOf(identity: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(identity);
  for (const file of files) hash.update(await readFile(file));
  return hash.digest('hex');
}
