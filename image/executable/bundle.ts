// The driver's sources for the executable, in parts that are loaded when they are first imported.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { leanSdk } from '../lean-sdk/plugin.ts';
import { standIns } from './modules.ts';

/**
 * Writes the parts to `<distDir>/parts/`, and the metafile to `<distDir>/meta/kv.json`.
 * @returns the directory
 */
export async function bundleParts(version: string, projectDir: string, distDir: string): Promise<string> {
  const outdir = join(distDir, 'parts');
  await rm(outdir, { recursive: true, force: true });
  const result = await build({
    absWorkingDir: projectDir,
    entryPoints: [{ in: 'runtime/main.ts', out: 'main' }],
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
    plugins: [standIns(projectDir), leanSdk()],
    logLevel: 'warning',
    metafile: true,
  });
  await mkdir(join(distDir, 'meta'), { recursive: true });
  await writeFile(join(distDir, 'meta', 'kv.json'), JSON.stringify(result.metafile));
  return outdir;
}
