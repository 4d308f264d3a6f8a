// The npm packages that the bundles hold bytes of, by what esbuild says it took.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** A package as it is in a bundle. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** As its package.json states it, an SPDX identifier or expression; undefined where it states none. */
  readonly licence: string | undefined;
  /** Of the project, as in `node_modules/zod`. */
  readonly directory: string;
  /** Checksum of the package as published, `sha512-<base64>`, by package-lock.json. */
  readonly integrity: string | undefined;
  /** Directories of the packages whose code its own imports. */
  readonly needs: readonly string[];
  /** Whether the project's own code imports it. */
  readonly isDirect: boolean;
}

/**
 * Reads the metafiles of the bundles.
 * @returns packages of at least one byte in the output, sorted by directory; a package that is only looked at is left out
 */
export async function bundledPackages(
  metafiles: readonly string[],
  projectDir: string,
): Promise<NpmPackage[]> {
  const needs = new Map<string, Set<string>>();
  const direct = new Set<string>();
  for (const file of metafiles) {
    const { inputs, outputs } = JSON.parse(await readFile(file, 'utf8')) as Metafile;
    const shipped = shippedInputs(outputs);
    for (const input of shipped) {
      const from = directoryOf(input);
      if (from !== undefined && !needs.has(from)) needs.set(from, new Set());
      for (const { path } of inputs[input]?.imports ?? []) {
        const to = shipped.has(path) ? directoryOf(path) : undefined;
        if (to === undefined || to === from) continue;
        if (from === undefined) direct.add(to);
        else needs.get(from)?.add(to);
      }
    }
  }
  const lock = await lockedPackages(projectDir);
  return Promise.all(
    [...needs.keys()].sort().map(async (directory) => ({
      ...(await manifestOf(join(projectDir, directory))),
      directory,
      integrity: lock[directory]?.integrity,
      needs: [...(needs.get(directory) ?? [])].sort(),
      isDirect: direct.has(directory),
    })),
  );
}

function shippedInputs(outputs: Metafile['outputs']): ReadonlySet<string> {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  return new Set(inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([input]) => input));
}

/** The innermost package an input belongs to: greedy, as packages may be nested. */
function directoryOf(input: string): string | undefined {
  return /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

async function manifestOf(directory: string): Promise<Pick<NpmPackage, 'name' | 'version' | 'licence'>> {
  const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  return { name, version, licence: license };
}

async function lockedPackages(projectDir: string): Promise<Record<string, { integrity?: string }>> {
  const lock = JSON.parse(await readFile(join(projectDir, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { integrity?: string }>;
  };
  return lock.packages;
}
