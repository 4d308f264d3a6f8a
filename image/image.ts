// node image/image.ts [--arch amd64|arm64]: makes the container image of what "npm run build" built.
//   dist/image/keyvault-flexvol.tar          for the architecture of this machine
//   dist/image/keyvault-flexvol-<arch>.tar   for another one
import { createReadStream, existsSync } from 'node:fs';
import { cp, link, mkdir, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { execa } from 'execa';
import { buildImage } from './container-tool.ts';
import { cacheDir, distDir, projectDir, readProject } from './project.ts';
import { assembleRoot } from './rootfs.ts';
import { type Arch, buildMachineArch } from './runtime.ts';

const { values } = parseArgs({ options: { arch: { type: 'string', default: buildMachineArch() } } });
const arch = parseArch(values.arch);
const project = await readProject();
const tag = `localhost/keyvault-flexvol:${project.version}`;
const suffix = arch === buildMachineArch() ? '' : `-${arch}`;
const archive = join(distDir, 'image', `keyvault-flexvol${suffix}.tar`);
const { revision, timestamp } = await sourceState();

const context = await assembleContext();
await rm(archive, { force: true });
await buildImage({
  dockerfile: join(import.meta.dirname, 'Dockerfile'),
  context,
  arch,
  tag,
  timestamp,
  archive,
  labels: {
    'org.opencontainers.image.title': 'keyvault-flexvol',
    'org.opencontainers.image.description': project.description,
    'org.opencontainers.image.version': project.version,
    'org.opencontainers.image.licenses': project.license,
    'org.opencontainers.image.revision': revision,
    'org.opencontainers.image.created': new Date(timestamp * 1000).toISOString(),
  },
});
console.log(
  `${tag} (${arch}) in ${relative(projectDir, archive)}: ${megabytes((await stat(archive)).size)} unpacked, ${megabytes(await gzippedSize(archive))} compressed`,
);

/** Everything the Dockerfile copies; the executable as a link, as it is a hundred megabytes. */
async function assembleContext(): Promise<string> {
  const contents = {
    kv: join(distDir, `linux-${arch}`, 'kv'),
    'installer.cjs': join(distDir, 'installer.cjs'),
    'LICENSES.txt': join(distDir, 'LICENSES.txt'),
    LICENSE: join(projectDir, 'LICENSE'),
  };
  const missing = Object.values(contents).filter((file) => !existsSync(file));
  if (missing.length > 0) {
    throw new Error(
      `not built yet: ${missing.map((file) => relative(projectDir, file)).join(', ')}; run "npm run build" first`,
    );
  }
  const context = join(distDir, 'image', arch);
  await rm(context, { recursive: true, force: true });
  const programs = join(context, 'opt/keyvault-flexvol');
  await mkdir(programs, { recursive: true });
  for (const [name, file] of Object.entries(contents)) await link(file, join(programs, name));
  await cp(await assembleRoot(arch, cacheDir), join(context, 'root'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  return context;
}

/** The commit and its time; SOURCE_DATE_EPOCH overrides the time (reproducible-builds.org). */
async function sourceState(): Promise<{ revision: string; timestamp: number }> {
  const git = await execa('git', ['log', '-1', '--format=%H %ct'], { cwd: projectDir, reject: false });
  const [revision = 'unknown', committed = '0'] = git.exitCode === 0 ? git.stdout.split(' ') : [];
  return { revision, timestamp: Number(process.env['SOURCE_DATE_EPOCH'] ?? committed) };
}

function parseArch(text: string): Arch {
  if (text === 'amd64' || text === 'arm64') return text;
  throw new Error(`--arch ${text} is not supported: amd64 or arm64`);
}

async function gzippedSize(file: string): Promise<number> {
  let size = 0;
  await pipeline(createReadStream(file), createGzip(), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) size += chunk.length;
  });
  return size;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
