// node image/image.ts [--arch amd64|arm64] [--gzip]: makes the container image of what "npm run build" built.
//   dist/image/keyvault-flexvol.tar          for the architecture of this machine
//   dist/image/keyvault-flexvol-<arch>.tar   for another one
// Beside each archive its bill of materials, which the image has too: keyvault-flexvol.cdx.json.
// With --gzip it also tells what a registry would store and a node download.
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { type Arch, buildMachineArch } from './arch.ts';
import { buildImage } from './container-tool.ts';
import { assembleContext, billFile } from './context.ts';
import { imageLabels, sourceState } from './labels.ts';
import { distDir, projectDir, readProject } from './project.ts';

const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: buildMachineArch() },
    gzip: { type: 'boolean', default: false },
  },
});
const arch = parseArch(values.arch);
const project = await readProject();
const tag = `localhost/keyvault-flexvol:${project.version}`;
const suffix = arch === buildMachineArch() ? '' : `-${arch}`;
const archive = join(distDir, 'image', `keyvault-flexvol${suffix}.tar`);

// Built aside, so that two builds at once don't see each other's halves.
const work = join(distDir, 'image', `work-${randomUUID()}`);
try {
  await assembleContext(join(work, 'context'), arch);
  const { timestamp } = await sourceState();
  await buildImage({
    dockerfile: join(import.meta.dirname, 'Dockerfile'),
    context: join(work, 'context'),
    arch,
    tag,
    timestamp,
    destination: `docker-archive:${join(work, 'image.tar')}:${tag}`,
    labels: await imageLabels(),
  });
  await rename(join(work, 'context', billFile), archive.replace(/tar$/, 'cdx.json'));
  await rename(join(work, 'image.tar'), archive);
} finally {
  await rm(work, { recursive: true, force: true });
}
const unpacked = `${megabytes((await stat(archive)).size)} unpacked`;
const compressed = values.gzip ? `, ${megabytes(await gzippedSize(archive))} compressed` : '';
console.log(`${tag} (${arch}) in ${relative(projectDir, archive)}: ${unpacked}${compressed}`);

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
