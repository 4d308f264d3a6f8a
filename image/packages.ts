// Debian packages of any architecture, by the package sources this machine trusts, without touching its own state.
import { existsSync } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Arch } from './arch.ts';

/** Lists younger than this are not fetched again. */
const LISTS_FRESH_MILLISECONDS = 12 * 3600 * 1000;

/** A package file on this disk. */
export interface PackageFile {
  readonly name: string;
  /** `<name>_<version>_<architecture>.deb`. */
  readonly fileName: string;
  readonly path: string;
}

/**
 * Fetches the newest version of each package into the cache; apt checks signatures and checksums.
 * Fails when apt is not there, as on a machine that isn't Debian, or has no such package.
 */
export async function fetchPackages(
  names: readonly string[],
  arch: Arch,
  cacheDir: string,
): Promise<PackageFile[]> {
  const home = join(cacheDir, 'apt', arch);
  const options = await aptOptions(home, arch);
  if (!(await listsAreFresh(home))) {
    await apt(['update', ...options], home);
    await writeFile(join(home, 'updated'), '');
  }
  const debs = join(home, 'debs');
  await mkdir(debs, { recursive: true });
  // Not among the files, as apt prints nothing of those it finds there.
  const uris = await apt(['download', '--print-uris', ...options, ...names], home);
  const files = names.map((name) => {
    const fileName = new RegExp(`^'[^']+' (${name}_\\S+) `, 'm').exec(uris)?.[1];
    if (fileName === undefined) throw new Error(`apt knows no package ${name} for ${arch}`);
    return { name, fileName, path: join(debs, fileName) };
  });
  const missing = files.filter((file) => !existsSync(file.path)).map((file) => file.name);
  if (missing.length > 0) await apt(['download', ...options, ...missing], debs);
  return files;
}

async function aptOptions(home: string, arch: Arch): Promise<string[]> {
  for (const dir of ['state/lists/partial', 'cache/archives/partial']) {
    await mkdir(join(home, dir), { recursive: true });
  }
  // Nothing is installed, so that nothing of this machine decides what is downloaded.
  await writeFile(join(home, 'state/status'), '');
  const settings = {
    'APT::Architecture': arch,
    'APT::Architectures': arch,
    'Dir::State': join(home, 'state'),
    'Dir::State::status': join(home, 'state/status'),
    'Dir::Cache': join(home, 'cache'),
    // No hooks of this machine (Post-Invoke), and no descent to a user who may not write into the cache.
    'APT::Update::Post-Invoke': '',
    'APT::Update::Post-Invoke-Success': '',
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  };
  return Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

async function listsAreFresh(home: string): Promise<boolean> {
  const marker = join(home, 'updated');
  return existsSync(marker) && Date.now() - (await stat(marker)).mtimeMs < LISTS_FRESH_MILLISECONDS;
}

async function apt(args: readonly string[], cwd: string): Promise<string> {
  const result = await execa('apt-get', ['-q', ...args], { cwd, reject: false, all: true });
  if (result.code === 'ENOENT') {
    throw new Error(
      'apt-get is not there: the image is assembled from Debian packages, so build it on Debian or Ubuntu',
    );
  }
  if (result.exitCode !== 0) throw new Error(`apt-get ${args[0]} failed:\n${result.all}`);
  return result.stdout;
}
