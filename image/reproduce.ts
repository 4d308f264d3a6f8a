// npm run reproduce: builds bundles, executables and image in this directory, and once more in another one, with other file
// times, another time zone and language, and empty caches for what the build makes; then compares every byte.
// Writes what it saw to dist/security/reproducible.json; differences end it with exit code 1.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { buildMachineArch } from './arch.ts';
import { cacheDir, distDir, projectDir } from './project.ts';

const OUTPUTS = [
  'installer.cjs',
  'LICENSES.txt',
  'linux-amd64/kv',
  'linux-arm64/kv',
  'image/keyvault-flexvol.cdx.json',
  'image/keyvault-flexvol.tar',
];

/** How the second build differs; what both share is the sources, the packages, and the commit's time. */
const ELSEWHERE = {
  directory: 'another/and/much/longer/path/to/the/same/sources',
  env: { TZ: 'Asia/Kathmandu', LC_ALL: 'C' },
  fileTime: new Date('2001-02-03T04:05:06Z'),
};

const work = await mkdtemp(join(dirname(projectDir), '.reproduce-'));
try {
  const first = await buildIn(projectDir, {});
  const second = await buildElsewhere(join(work, ELSEWHERE.directory));
  const different = OUTPUTS.filter((name) => first[name] !== second[name]);
  for (const name of OUTPUTS)
    console.log(`${different.includes(name) ? 'differs' : 'same   '}  ${first[name]}  ${name}`);
  await mkdir(join(distDir, 'security'), { recursive: true });
  const report = {
    command: 'npm run reproduce',
    date: new Date().toISOString(),
    architecture: buildMachineArch(),
    tried: OUTPUTS.length,
    different,
    sha256: first,
  };
  await writeFile(join(distDir, 'security/reproducible.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  if (different.length > 0) process.exitCode = 1;
} finally {
  await rm(work, { recursive: true, force: true });
}

async function buildElsewhere(directory: string): Promise<Record<string, string>> {
  await copySources(directory, ELSEWHERE.fileTime);
  // Of the caches only what is fetched, never what is made of it.
  const cache = `${directory}.cache`;
  await mkdir(cache, { recursive: true });
  for (const fetched of ['bun', 'apt', 'zig'])
    await cp(join(cacheDir, fetched), join(cache, fetched), {
      recursive: true,
      preserveTimestamps: true,
    }).catch(ignoreMissing);
  return buildIn(directory, { ...ELSEWHERE.env, KEYVAULT_FLEXVOL_CACHE: cache });
}

/** @returns the SHA-256 of each output */
async function buildIn(
  directory: string,
  env: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const git = async (...args: string[]) => (await execa('git', args, { cwd: projectDir })).stdout;
  // The image names the commit.
  const repository = await git('rev-parse', '--absolute-git-dir');
  const time = await git('log', '-1', '--format=%ct');
  const options = { cwd: directory, env: { ...env, GIT_DIR: repository, SOURCE_DATE_EPOCH: time } };
  await execa(process.execPath, ['image/build.ts', '--all'], options);
  await execa(process.execPath, ['image/image.ts'], options);
  const sums = OUTPUTS.map(async (name) => [name, await sha256(join(directory, 'dist', name))] as const);
  return Object.fromEntries(await Promise.all(sums));
}

/** What git knows of, changed or not, and the installed packages as they are. */
async function copySources(directory: string, fileTime: Date): Promise<void> {
  const { stdout } = await execa('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: projectDir,
  });
  for (const file of stdout.split('\0').filter((name) => name !== '')) {
    const copy = join(directory, file);
    await mkdir(dirname(copy), { recursive: true });
    await cp(join(projectDir, file), copy).catch(ignoreMissing);
    await utimes(copy, fileTime, fileTime).catch(ignoreMissing);
  }
  // Hard links, as esbuild would name the place that a symbolic link leads to.
  await execa('cp', ['-al', join(projectDir, 'node_modules'), join(directory, 'node_modules')]);
  await rm(join(directory, '.git'), { force: true });
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** A file that git knows of may be deleted; a cache may be empty. */
function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
