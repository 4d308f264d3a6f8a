// The front, for every architecture.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Arch, buildMachineArch } from '../runtime.ts';
import { bundleFront } from './bundle.ts';
import type { CCompiler } from './c-compiler.ts';
import { buildBytecodeCompiler, buildFront } from './native.ts';
import { packParts } from './pack.ts';

export interface FrontSettings {
  readonly version: string;
  readonly projectDir: string;
  readonly cacheDir: string;
  readonly distDir: string;
  readonly compiler: CCompiler;
}

/** Writes `<distDir>/front/linux-<arch>` and all that it is made of; `timed` runs a step that makes a file. */
export async function writeFront(
  { version, projectDir, cacheDir, distDir, compiler }: FrontSettings,
  architectures: readonly Arch[],
  timed: (step: () => Promise<string>) => Promise<string>,
): Promise<Record<Arch, string>> {
  const machine = buildMachineArch();
  const directory = await bundleFront(version, projectDir, distDir);
  const build = { compiler, projectDir, cacheDir };
  await mkdir(join(distDir, 'meta'), { recursive: true });
  const bytecodeCompiler = join(distDir, 'meta', 'bytecode-compiler');
  await timed(() => buildBytecodeCompiler(build, machine, bytecodeCompiler));
  const pack = await timed(() => packParts(bytecodeCompiler, directory));
  const fronts: Partial<Record<Arch, string>> = {};
  for (const arch of architectures)
    fronts[arch] = await timed(() => buildFront(build, arch, pack, join(directory, `linux-${arch}`)));
  return fronts as Record<Arch, string>;
}
