// TypeScript and its dependencies to JavaScript.
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { leanSdk } from './lean-sdk/plugin.ts';

/** One program to bundle. */
export interface Program {
  /** Its name: `dist/<name>.cjs`. */
  readonly name: string;
  readonly entryPoint: string;
}

/**
 * To Bun a file that begins so is one of its own bundler's output, and is run as it is; it would otherwise take it through its
 * transpiler first, whose memory, some 10 MB for the installer, it never gives back. Such a file is one function, which Bun
 * calls; under Node it calls itself.
 */
const asOfBun = {
  banner: {
    js: `// @bun @bun-cjs
((run) => (typeof Bun === 'undefined' ? run(exports, require, module, __filename, __dirname) : run))(function (exports, require, module, __filename, __dirname) {`,
  },
  footer: { js: '})' },
};

/**
 * Writes `<distDir>/<name>.cjs`, and the metafile, which says what the bundle is made of, to
 * `<distDir>/meta/<name>.cjs.json`.
 *
 * One file that Node and Bun run as it is. A dynamic `import()` becomes a module initialised at the first call.
 */
export async function bundle(
  program: Program,
  version: string,
  projectDir: string,
  distDir: string,
): Promise<string> {
  const outfile = join(distDir, `${program.name}.cjs`);
  const options = optionsOf(program, version, projectDir);
  const result = await build({ ...options, ...asOfBun, outfile, format: 'cjs', metafile: true });
  // A program whose source begins with a #! line keeps it, and is started by it.
  await chmod(outfile, 0o755);
  await writeFile(join(distDir, 'meta', `${program.name}.cjs.json`), JSON.stringify(result.metafile));
  return outfile;
}

function optionsOf({ entryPoint }: Program, version: string, projectDir: string): BuildOptions {
  return {
    absWorkingDir: projectDir,
    entryPoints: [entryPoint],
    bundle: true,
    platform: 'node',
    target: 'node22',
    minify: true,
    // The licence file has the notices (licences.ts).
    legalComments: 'none',
    define: { __VERSION__: JSON.stringify(version) },
    plugins: [leanSdk()],
    logLevel: 'warning',
  };
}
