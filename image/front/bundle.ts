// The driver's sources for the front, in parts that are loaded when they are first imported.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { frontModules } from './modules.ts';

/** The part that begins. */
export const FIRST_PART = 'main.mjs';

/**
 * Writes the parts to `<distDir>/front/`, and the metafile to `<distDir>/meta/front.json`.
 * @returns the directory
 */
export async function bundleFront(version: string, projectDir: string, distDir: string): Promise<string> {
  const outdir = join(distDir, 'front');
  await rm(outdir, { recursive: true, force: true });
  const result = await build({
    absWorkingDir: projectDir,
    entryPoints: ['driver/front/main.ts'],
    outdir,
    bundle: true,
    format: 'esm',
    splitting: true,
    entryNames: 'main',
    chunkNames: '[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    // Packages for browsers ask nothing of Node.
    platform: 'neutral',
    conditions: ['browser'],
    mainFields: ['browser', 'module', 'main'],
    target: 'es2023',
    minify: true,
    legalComments: 'none',
    define: { __VERSION__: JSON.stringify(version) },
    plugins: [frontModules(projectDir)],
    logLevel: 'warning',
    metafile: true,
  });
  await writeFile(join(distDir, 'meta', 'front.json'), JSON.stringify(result.metafile));
  return outdir;
}
