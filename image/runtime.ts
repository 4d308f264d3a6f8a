// Bun, the installer's runtime: npm packages, pinned by package-lock.json.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arch } from './arch.ts';
import { fetchNpmPackage } from './fetch-npm-package.ts';

/** npm packages by architecture. For x64 the baseline build, as nodes may have CPUs without AVX2. */
const PACKAGES: Record<Arch, string> = {
  amd64: '@oven/bun-linux-x64-baseline',
  arm64: '@oven/bun-linux-aarch64',
};

/** A runtime that is on this disk. */
export interface LocatedRuntime {
  readonly npmPackage: string;
  /** Checksum of the package as published, by package-lock.json. */
  readonly integrity: string;
  readonly executable: string;
  readonly version: string;
}

/**
 * Finds the runtime for an architecture: in node_modules, where npm installs the one of the build machine,
 * else in the cache, into which it is fetched and checked against package-lock.json.
 * Fails when the lock file does not pin it, when it cannot be fetched or when its checksum is another.
 */
export async function locateRuntime(
  projectDir: string,
  cacheDir: string,
  arch: Arch,
): Promise<LocatedRuntime> {
  const npmPackage = PACKAGES[arch];
  const { version, integrity } = await pinned(projectDir, npmPackage);
  const installed = join(projectDir, 'node_modules', npmPackage);
  if ((await installedVersion(installed)) === version) {
    return { npmPackage, integrity, executable: join(installed, 'bin/bun'), version };
  }
  const fetched = join(cacheDir, 'bun', `${npmPackage.replace('@oven/', '')}-${version}`);
  await fetchNpmPackage(`${npmPackage}@${version}`, integrity, fetched);
  return { npmPackage, integrity, executable: join(fetched, 'bin/bun'), version };
}

async function pinned(
  projectDir: string,
  npmPackage: string,
): Promise<{ version: string; integrity: string }> {
  const lock = JSON.parse(await readFile(join(projectDir, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string; integrity?: string }>;
  };
  const entry = lock.packages[`node_modules/${npmPackage}`];
  if (entry?.version === undefined || entry.integrity === undefined) {
    throw new Error(
      `package-lock.json does not pin ${npmPackage}: keep it in optionalDependencies and run "npm install"`,
    );
  }
  return { version: entry.version, integrity: entry.integrity };
}

async function installedVersion(packageDir: string): Promise<string | undefined> {
  const manifest = join(packageDir, 'package.json');
  if (!existsSync(manifest)) return undefined;
  return (JSON.parse(await readFile(manifest, 'utf8')) as { version?: string }).version;
}
