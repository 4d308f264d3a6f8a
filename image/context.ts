// What the Dockerfile copies: the programs, root/, and notices/ with the bill of materials of all.
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type Arch, buildMachineArch } from './arch.ts';
import { nativePrograms, partsOf } from './executable/native.ts';
import { billOfMaterials } from './parts/bill.ts';
import { debianPackages } from './parts/debian-packages.ts';
import { bundledPackages } from './parts/npm-packages.ts';
import { runtimeParts } from './parts/runtime-parts.ts';
import { cacheDir, distDir, metafiles, projectDir, readProject } from './project.ts';
import { assembleRoot } from './rootfs.ts';
import { locateRuntime } from './runtime.ts';

/** The bill of materials, by its name in the context. */
export const billFile = 'notices/keyvault-flexvol.cdx.json';

/** Fills a new directory with it. */
export async function assembleContext(context: string, arch: Arch): Promise<void> {
  const contents = {
    kv: join(distDir, `linux-${arch}`, 'kv'),
    bun: (await locateRuntime(projectDir, cacheDir, arch)).executable,
    'installer.cjs': join(distDir, 'installer.cjs'),
    'notices/LICENSES.txt': join(distDir, 'LICENSES.txt'),
  };
  const missing = Object.values(contents).filter((file) => !existsSync(file));
  if (missing.length > 0) {
    throw new Error(
      `not built yet: ${missing.map((file) => relative(projectDir, file)).join(', ')}; run "npm run build -- --all" first`,
    );
  }
  await mkdir(join(context, 'notices'), { recursive: true });
  for (const [name, file] of Object.entries(contents)) await copyFile(file, join(context, name));
  await cp(join(projectDir, 'LICENSE'), join(context, 'notices/LICENSE'));
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
    native: await partsOf(await nativePrograms(projectDir, cacheDir, arch)),
    debian: await debianPackages(root),
  });
}
