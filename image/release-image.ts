// npm run image:release: one OCI archive with the images of both architectures behind an index, to be pushed as a whole.
//   dist/image/keyvault-flexvol-oci.tar
//   dist/image/keyvault-flexvol-<arch>.cdx.json   the bills of materials, which the images have too, and which refer to
//                                                 them in the archive
// Prints the digest of the index, which is the same for the same sources, packages and tools.
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { execa } from 'execa';
import type { Arch } from './arch.ts';
import { buildImage } from './container-tool.ts';
import { assembleContext, billFile } from './context.ts';
import { imageLabels, sourceState } from './labels.ts';
import { writeIndex } from './oci-index.ts';
import { attachBills } from './oci-referrers.ts';
import { distDir, projectDir, readProject } from './project.ts';

const architectures: readonly Arch[] = ['amd64', 'arm64'];
const { version } = await readProject();
const archive = join(distDir, 'image', 'keyvault-flexvol-oci.tar');
const work = join(distDir, 'image', `work-${randomUUID()}`);
const layout = join(work, 'layout');
const { timestamp } = await sourceState();
const labels = await imageLabels();
try {
  await mkdir(layout, { recursive: true });
  for (const arch of architectures) {
    const context = join(work, arch);
    await assembleContext(context, arch);
    await buildImage({
      dockerfile: join(import.meta.dirname, 'Dockerfile'),
      context,
      arch,
      tag: `localhost/keyvault-flexvol:${version}`,
      timestamp,
      destination: `oci:${layout}:${arch}`,
      labels,
    });
  }
  const digest = await writeIndex(layout, version, labels);
  const bills = architectures.map((arch) => [arch, join(work, arch, billFile)] as const);
  await attachBills(layout, Object.fromEntries(bills), new Date(timestamp * 1000).toISOString());
  const sameBytes = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', `--mtime=@${timestamp}`];
  await execa('tar', [...sameBytes, '-cf', join(work, 'oci.tar'), '-C', layout, '.']);
  await rename(join(work, 'oci.tar'), archive);
  for (const [arch, file] of bills) {
    await rename(file, join(distDir, 'image', `keyvault-flexvol-${arch}.cdx.json`));
  }
  console.log(`${relative(projectDir, archive)} (${architectures.join(', ')}) ${digest}`);
} finally {
  await rm(work, { recursive: true, force: true });
}
