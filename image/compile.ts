// A program in parts to an executable that needs nothing on the host but glibc.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { execa } from 'execa';
import type { LocatedRuntime } from './runtime.ts';

/**
 * Bytecode: nothing is parsed at start, which makes `init` three times as fast. Autoload off: a program of root must
 * not read files of the current directory. JIT policy: a call-out ends before compiling its functions pays off; with
 * thresholds a thousand times as high a mount of 8 objects took 103 ms instead of 129 ms of CPU and 70 MB instead
 * of 76 MB (and no JIT at all took 119 ms, as regular expressions do gain).
 */
const FLAGS = [
  '--compile',
  '--bytecode',
  '--format=esm',
  '--splitting',
  '--compile-jit-policy=1000',
  '--no-compile-autoload-dotenv',
  '--no-compile-autoload-bunfig',
  '--no-compile-autoload-tsconfig',
  '--no-compile-autoload-package-json',
];

/** What to compile, for which runtime, with which compiler, and where to. */
export interface Compilation {
  /** The file that begins; the parts are in its directory. */
  readonly entryPoint: string;
  readonly outfile: string;
  /** The runtime that goes into the executable. */
  readonly runtime: LocatedRuntime;
  /** The runtime of the build machine, whose compiler makes it. */
  readonly compiler: LocatedRuntime;
  /** Remembers what the executable was made from, so that the same inputs are not compiled twice. */
  readonly stampFile: string;
}

/** Writes the executable, whole or not at all; false when the one there is made from the same inputs. */
export async function compile(job: Compilation): Promise<boolean> {
  const inputs = await inputsOf(job);
  if (await isCurrent(job, inputs)) return false;
  await mkdir(dirname(job.outfile), { recursive: true });
  const work = join(dirname(job.outfile), `.work-${randomUUID()}`);
  try {
    // The executable holds the names that the compiler is given, so these are the same in every directory.
    await mkdir(work);
    await cp(dirname(job.entryPoint), work, { recursive: true });
    await execa(
      job.compiler.executable,
      [
        'build',
        ...FLAGS,
        `--target=${job.runtime.target}`,
        `--compile-executable-path=${job.runtime.executable}`,
        basename(job.entryPoint),
        '--outfile',
        'kv',
      ],
      { all: true, cwd: work },
    );
    await chmod(join(work, 'kv'), 0o755);
    await rename(join(work, 'kv'), job.outfile);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  await writeFile(job.stampFile, JSON.stringify({ inputs, output: await identity(job.outfile) }));
  return true;
}

async function inputsOf(job: Compilation): Promise<string> {
  return createHash('sha256')
    .update(await digestOf(dirname(job.entryPoint)))
    .update(JSON.stringify([FLAGS, job.runtime.version, job.runtime.target, job.compiler.version]))
    .digest('hex');
}

/** Names and contents of all files. */
async function digestOf(directory: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(relative(directory, file)).update(await readFile(file));
  return hash.digest('hex');
}

async function isCurrent(job: Compilation, inputs: string): Promise<boolean> {
  if (!existsSync(job.stampFile) || !existsSync(job.outfile)) return false;
  const stamp = JSON.parse(await readFile(job.stampFile, 'utf8')) as { inputs?: string; output?: string };
  return stamp.inputs === inputs && stamp.output === (await identity(job.outfile));
}

/** Size and time tell whether the file was touched since, without reading a hundred megabytes. */
async function identity(file: string): Promise<string> {
  const { size, mtimeMs } = await stat(file);
  return `${size}:${mtimeMs}`;
}
