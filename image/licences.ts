// The licence notices of everything in the bundles, which must go along with them.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/**
 * Writes one text with name, version and licence text of every npm package that the bundles hold bytes of.
 * Fails when a package states no licence at all: then it must not be shipped unseen.
 */
export async function writeLicences(
  metafiles: readonly string[],
  projectDir: string,
  outfile: string,
): Promise<string> {
  const packages = new Set<string>();
  for (const file of metafiles) {
    const { outputs } = JSON.parse(await readFile(file, 'utf8')) as Metafile;
    for (const output of Object.values(outputs)) {
      for (const input of Object.keys(output.inputs)) {
        const directory = PACKAGE_DIRECTORY.exec(input)?.[0];
        if (directory !== undefined) packages.add(directory);
      }
    }
  }
  const notices = await Promise.all(
    [...packages].sort().map((directory) => notice(join(projectDir, directory))),
  );
  await writeFile(outfile, notices.join(`\n${'-'.repeat(78)}\n\n`));
  return outfile;
}

/** The innermost package an input belongs to: greedy, as packages may be nested. */
const PACKAGE_DIRECTORY = /^.*node_modules\/(@[^/]+\/)?[^/]+/;

async function notice(directory: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const file = (await readdir(directory)).find((name) => /^licen[sc]e/i.test(name));
  if (file === undefined && manifest.license === undefined) {
    throw new Error(`${manifest.name} ${manifest.version} is bundled but states no licence`);
  }
  const text = file === undefined ? '' : `\n${await readFile(join(directory, file), 'utf8')}`;
  return `${manifest.name} ${manifest.version}, licence ${manifest.license ?? 'as follows'}\n${text}`;
}
