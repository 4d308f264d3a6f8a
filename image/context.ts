// What the Dockerfile copies: root/, opt/ and, within opt/, the bill of materials of both.
import { existsSync } from 'node:fs';
import { cp, link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { locateCCompiler } from './front/c-compiler.ts';
import { billOfMaterials } from './parts/bill.ts';
import { debianPackages } from './parts/debian-packages.ts';
import { frontParts } from './parts/front-parts.ts';
import { bundledPackages } from './parts/npm-packages.ts';
import { runtimeParts } from './parts/runtime-parts.ts';
import { cacheDir, distDir, metafiles, projectDir, readProject } from './project.ts';
import { assembleRoot } from './rootfs.ts';
import { type Arch, buildMachineArch, locateRuntime } from './runtime.ts';

/** The bill of materials, by its name in the image and in the context. */
export const billFile = 'opt/keyvault-flexvol/keyvault-flexvol.cdx.json';

/** Fills a new directory with it; the executable as a link, as it is a hundred megabytes. */
export async function assembleContext(context: string, arch: Arch): Promise<void> {
  const contents = {
    kv: join(distDir, `linux-${arch}`, 'kv'),
    'installer.cjs': join(distDir, 'installer.cjs'),
    'LICENSES.txt': join(distDir, 'LICENSES.txt'),
  };
  const missing = Object.values(contents).filter((file) => !existsSync(file));
  if (missing.length > 0) {
    throw new Error(
      `not built yet: ${missing.map((file) => relative(projectDir, file)).join(', ')}; run "npm run build" first`,
    );
  }
  const programs = join(context, 'opt/keyvault-flexvol');
  await mkdir(programs, { recursive: true });
  for (const [name, file] of Object.entries(contents)) await link(file, join(programs, name));
  await cp(join(projectDir, 'LICENSE'), join(programs, 'LICENSE'));
  const root = await assembleRoot(arch, cacheDir);
  await cp(root, join(context, 'root'), { recursive: true, verbatimSymlinks: true });
  // For kubectl exec, which finds it in PATH: there is no shell, and the bundle's first line names the runtime.
  await mkdir(join(context, 'root/usr/bin'), { recursive: true });
  await symlink('/opt/keyvault-flexvol/installer.cjs', join(context, 'root/usr/bin/installer'));
  await writeFile(join(context, billFile), await billOf(root, arch));
}

async function billOf(root: string, arch: Arch): Promise<string> {
  const compiler = await locateRuntime(projectDir, cacheDir, buildMachineArch());
  return billOfMaterials(await readProject(), {
    npm: await bundledPackages(metafiles, projectDir),
    runtime: await locateRuntime(projectDir, cacheDir, arch),
    runtimeParts: await runtimeParts(compiler),
    front: await frontParts(projectDir, await locateCCompiler(cacheDir, buildMachineArch())),
    debian: await debianPackages(root),
  });
}
