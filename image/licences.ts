// The licence notices of everything in the bundles and of the runtimes, which must go along with them.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NpmPackage } from './parts/npm-packages.ts';

/**
 * Writes one text with name, version and licence text of every package, after the given notices.
 * Fails when a package states no licence at all: then it must not be shipped unseen.
 */
export async function writeLicences(
  notices: readonly string[],
  packages: readonly NpmPackage[],
  projectDir: string,
  outfile: string,
): Promise<string> {
  const ofPackages = await Promise.all(packages.map((one) => notice(one, join(projectDir, one.directory))));
  await writeFile(outfile, [...notices, ...ofPackages].join(`\n${'-'.repeat(78)}\n\n`));
  return outfile;
}

async function notice({ name, version, licence }: NpmPackage, directory: string): Promise<string> {
  const file = (await readdir(directory)).find((entry) => /^licen[sc]e/i.test(entry));
  if (file === undefined && licence === undefined)
    throw new Error(`${name} ${version} is bundled but states no licence`);
  const text = file === undefined ? '' : `\n${await readFile(join(directory, file), 'utf8')}`;
  return `${name} ${version}, licence ${licence ?? 'as follows'}\n${text}`;
}
