// The driver's executable: the native host, and behind it the parts of the program as bytecode.
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { type Arch, buildMachineArch } from '../arch.ts';
import { cacheDir, distDir, projectDir } from '../project.ts';
import { bundleParts } from './bundle.ts';
import { joinParts } from './join.ts';
import { nativePrograms } from './native.ts';

/** The bytecode of all parts, the same for every architecture. */
const packFile = join(distDir, 'meta', 'pack');

/** Bundles the driver's sources, and compiles them. @returns the file of bytecode */
export async function writePack(version: string): Promise<string> {
  return packParts(await bundleParts(version, projectDir, distDir), packFile);
}

/** Compiles the parts in a directory to bytecode. @returns `outfile` */
async function packParts(directory: string, outfile: string): Promise<string> {
  const programs = await nativePrograms(projectDir, cacheDir, buildMachineArch());
  await mkdir(dirname(outfile), { recursive: true });
  await execa(join(programs, 'bytecode-compiler'), [directory, outfile]);
  return outfile;
}

/** Writes what kubelet runs on nodes of an architecture. @returns its file */
export async function writeExecutable(
  arch: Arch,
  pack = packFile,
  outfile = join(distDir, `linux-${arch}`, 'kv'),
): Promise<string> {
  const programs = await nativePrograms(projectDir, cacheDir, arch);
  return joinParts(join(programs, 'kv'), pack, outfile);
}
