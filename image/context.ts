// What the Dockerfile copies: root/ and opt/.
import { existsSync } from 'node:fs';
import { cp, link, mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { cacheDir, distDir, projectDir } from './project.ts';
import { assembleRoot } from './rootfs.ts';
import type { Arch } from './runtime.ts';

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
}
