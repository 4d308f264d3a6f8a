// TypeScript and its dependencies to one CommonJS file.
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/** One program to bundle. */
export interface Program {
  /** Its name: `dist/<name>.cjs`. */
  readonly name: string;
  readonly entryPoint: string;
}

/**
 * Writes `<distDir>/<name>.cjs`, and the metafile, which says what the bundle is made of, to `<distDir>/meta/<name>.json`.
 *
 * CommonJS, as Bun makes bytecode of it and Node runs it. There is no code splitting, so a dynamic `import()`
 * becomes a module initialised at the first call: what a call-out does not use is there as bytes but never runs.
 */
export async function bundle(
  program: Program,
  version: string,
  projectDir: string,
  distDir: string,
): Promise<string> {
  const outfile = join(distDir, `${program.name}.cjs`);
  const result = await build({
    absWorkingDir: projectDir,
    entryPoints: [program.entryPoint],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    minify: true,
    // The licence file has the notices (licences.ts).
    legalComments: 'none',
    define: { __VERSION__: JSON.stringify(version) },
    metafile: true,
    logLevel: 'warning',
  });
  // A program whose source begins with a #! line keeps it, and is started by it.
  await chmod(outfile, 0o755);
  await writeFile(join(distDir, 'meta', `${program.name}.json`), JSON.stringify(result.metafile));
  return outfile;
}
