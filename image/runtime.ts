// The Bun runtimes the executables are made from: npm packages, pinned by package-lock.json.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchNpmPackage } from './fetch-npm-package.ts';

/** A CPU architecture, by the name OCI images and Kubernetes give it. */
export type Arch = 'amd64' | 'arm64';

interface Runtime {
  readonly npmPackage: string;
  /** What Bun's compiler calls it. */
  readonly target: string;
  /** What Node calls it in `process.arch`. */
  readonly nodeArch: string;
}

/** x64 is the baseline build, as nodes may have CPUs without AVX2. */
const RUNTIMES: Record<Arch, Runtime> = {
  amd64: {
    npmPackage: '@oven/bun-linux-x64-baseline',
    target: 'bun-linux-x64-baseline',
    nodeArch: 'x64',
  },
  arm64: { npmPackage: '@oven/bun-linux-aarch64', target: 'bun-linux-arm64', nodeArch: 'arm64' },
};

/** A runtime that is on this disk. */
export interface LocatedRuntime {
  readonly npmPackage: string;
  /** Checksum of the package as published, by package-lock.json. */
  readonly integrity: string;
  readonly executable: string;
  readonly target: string;
  readonly version: string;
}

/** The architecture of the machine that builds. */
export function buildMachineArch(): Arch {
  for (const [arch, runtime] of Object.entries(RUNTIMES)) {
    if (runtime.nodeArch === process.arch && process.platform === 'linux') return arch as Arch;
  }
  throw new Error(
    `cannot build on ${process.platform}/${process.arch}: the build needs Linux on x64 or arm64, as it runs Bun's compiler there`,
  );
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
  const { npmPackage, target } = RUNTIMES[arch];
  const { version, integrity } = await pinned(projectDir, npmPackage);
  const installed = join(projectDir, 'node_modules', npmPackage);
  if ((await installedVersion(installed)) === version) {
    return { npmPackage, integrity, executable: join(installed, 'bin/bun'), target, version };
  }
  const fetched = join(cacheDir, 'bun', `${npmPackage.replace('@oven/', '')}-${version}`);
  await fetchNpmPackage(`${npmPackage}@${version}`, integrity, fetched);
  return { npmPackage, integrity, executable: join(fetched, 'bin/bun'), target, version };
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
