import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import { standIns } from '../../image/executable/modules.ts';
import { evaluateProgram } from './evaluate.ts';

const PROJECT = join(import.meta.dirname, '../..');

/** How a script is started on either runtime: the program and its first arguments. */
export interface Starts {
  readonly node: readonly [string, string];
  readonly runtime: readonly [string, string];
}

/**
 * What a script says of its input on Node and on the runtime: it reads the file that its first argument names, and writes the other.
 * @param script a file beside this one
 * @param within a command that starts another
 */
export async function onBoth(
  script: string,
  input: unknown,
  within: readonly string[] = [],
): Promise<{ node: unknown; runtime: unknown }> {
  return started(script, async (starts, directory) => {
    const file = (name: string) => join(directory, name);
    await writeFile(file('input.json'), JSON.stringify(input));
    const answersOf = async (start: Starts['node']) => {
      const [program = '', ...args] = [...within, ...start, file('input.json'), file('answers.json')];
      await rm(file('answers.json'), { force: true });
      await execa(program, args, { stderr: 'inherit' });
      return JSON.parse(await readFile(file('answers.json'), 'utf8')) as unknown;
    };
    return { node: await answersOf(starts.node), runtime: await answersOf(starts.runtime) };
  });
}

/** @param action gets a directory for itself, too */
export async function started<T>(
  script: string,
  action: (starts: Starts, directory: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'runtime-'));
  try {
    const path = join(import.meta.dirname, script);
    const bundled = await bundle(path, directory);
    return await action({ node: [process.execPath, path], runtime: [evaluateProgram, bundled] }, directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The script as the sources are bundled for the executable (image/executable/bundle.ts), as one file. */
async function bundle(script: string, directory: string): Promise<string> {
  const outfile = join(directory, 'script.mjs');
  const path = (file: string) => JSON.stringify(`./${relative(PROJECT, file)}`);
  await build({
    stdin: {
      contents: `
        import './runtime/globals/install.ts';
        import './runtime/globals/install-resident.ts';
        import { runLoop } from './runtime/loop.ts';
        void import(${path(script)});
        runLoop();`,
      resolveDir: PROJECT,
    },
    absWorkingDir: PROJECT,
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    conditions: ['import', 'node'],
    mainFields: ['module', 'main'],
    target: 'es2023',
    plugins: [standIns(PROJECT)],
    logLevel: 'warning',
  });
  return outfile;
}
