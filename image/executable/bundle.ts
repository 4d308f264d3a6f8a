// The sources for the executable, in parts that are loaded when they are first imported.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { leanSdk } from '../lean-sdk/plugin.ts';
import { checkAllUsed, standIns } from './modules.ts';

/**
 * The two programs in the executable, by the names of their first parts. Each is bundled by itself: parts that both share
 * would be cut into smaller ones, of which a call-out would load twice as many.
 */
const PROGRAMS = {
  kv: { in: 'runtime/main.ts', out: 'main' },
  installer: { in: 'runtime/installer.ts', out: 'installer' },
};

/**
 * Writes the parts of both programs to `<distDir>/parts/`, and the metafiles to `<distDir>/meta/kv.json` and
 * `installer.json`.
 * @returns the directory
 */
export async function bundleParts(version: string, projectDir: string, distDir: string): Promise<string> {
  const outdir = join(distDir, 'parts');
  await rm(outdir, { recursive: true, force: true });
  await mkdir(join(distDir, 'meta'), { recursive: true });
  const used = new Set<string>();
  for (const [name, entryPoint] of Object.entries(PROGRAMS)) {
    const result = await build({
      absWorkingDir: projectDir,
      entryPoints: [entryPoint],
      outdir,
      bundle: true,
      format: 'esm',
      splitting: true,
      entryNames: '[name]',
      chunkNames: '[name]-[hash]',
      outExtension: { '.js': '.mjs' },
      platform: 'neutral',
      conditions: ['import', 'node'],
      mainFields: ['module', 'main'],
      target: 'es2023',
      minify: true,
      legalComments: 'none',
      define: { __VERSION__: JSON.stringify(version) },
      plugins: [standIns(projectDir, used), leanSdk()],
      logLevel: 'warning',
      metafile: true,
    });
    await writeFile(join(distDir, 'meta', `${name}.json`), JSON.stringify(result.metafile));
  }
  checkAllUsed(used);
  return outdir;
}
