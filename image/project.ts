// Where things are, for everything that builds.
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const projectDir = join(import.meta.dirname, '..');

/** Everything that is built goes here. */
export const distDir = join(projectDir, 'dist');

/** What the programs of the image are made of, by esbuild's account: both programs in the executable, the installer's bundle. */
export const metafiles = ['kv.json', 'installer.json', 'installer.cjs.json'].map((name) =>
  join(distDir, 'meta', name),
);

/** What is fetched and must survive a fresh checkout goes here. */
export const cacheDir = process.env['KEYVAULT_FLEXVOL_CACHE'] ?? join(homedir(), '.cache/keyvault-flexvol');

/** What package.json says of the project. */
export interface Project {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
}

export async function readProject(): Promise<Project> {
  return JSON.parse(await readFile(join(projectDir, 'package.json'), 'utf8')) as Project;
}
