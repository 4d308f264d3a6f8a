// npm run build [-- --all]: bundles the programs, and makes the driver's executable for this machine's architecture,
// with --all for all.
//   dist/parts/                            the driver's sources in parts, as the executable has them
//   dist/installer.cjs                     one-file bundle, for Node and for Bun
//   dist/LICENSES.txt                      of all that is in them, and of the runtimes
//   dist/linux-amd64/kv                    what kubelet runs
//   dist/linux-amd64/installer             a link to kv, by which that is the installer
//   dist/linux-amd64/bun                   what runs the installer
//   dist/linux-arm64/                      the same for arm64
import { chmod, copyFile, mkdir, rm, stat, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type Arch, architectures, buildMachineArch } from './arch.ts';
import { bundle } from './bundle.ts';
import { writeExecutable, writePack } from './executable/build.ts';
import { nativePrograms, partsOf } from './executable/native.ts';
import { MissingTool } from './executable/toolchain.ts';
import { writeLicences } from './licences.ts';
import { nativeNotice } from './parts/native-parts.ts';
import { bundledPackages } from './parts/npm-packages.ts';
import { runtimeNotice, runtimeParts } from './parts/runtime-parts.ts';
import { cacheDir, distDir, metafiles, projectDir, readProject } from './project.ts';
import { locateRuntime } from './runtime.ts';

const { values } = parseArgs({ options: { all: { type: 'boolean', default: false } } });

try {
  await build(values.all ? architectures : [buildMachineArch()]);
} catch (error) {
  if (!(error instanceof MissingTool)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function build(wanted: readonly Arch[]): Promise<void> {
  await mkdir(join(distDir, 'meta'), { recursive: true });
  const { version } = await readProject();
  await timed(() =>
    bundle({ name: 'installer', entryPoint: 'installer/main.ts' }, version, projectDir, distDir),
  );
  const pack = await timed(() => writePack(version));
  await timed(writeAllLicences);
  for (const arch of wanted) {
    await timed(() => writeExecutable(arch, pack));
    await linkInstaller(arch);
    await timed(() => copyInstallerRuntime(arch));
  }
}

async function writeAllLicences(): Promise<string> {
  const packages = await bundledPackages(metafiles, projectDir);
  const machine = buildMachineArch();
  const native = await partsOf(await nativePrograms(projectDir, cacheDir, machine));
  const runtime = await locateRuntime(projectDir, cacheDir, machine);
  const notices = [...native.map(nativeNotice), runtimeNotice(runtime, await runtimeParts(runtime))];
  return writeLicences(notices, packages, projectDir, join(distDir, 'LICENSES.txt'));
}

async function linkInstaller(arch: Arch): Promise<void> {
  const link = join(distDir, `linux-${arch}`, 'installer');
  await rm(link, { force: true });
  await symlink('kv', link);
}

async function copyInstallerRuntime(arch: Arch): Promise<string> {
  const { executable } = await locateRuntime(projectDir, cacheDir, arch);
  const copy = join(distDir, `linux-${arch}`, 'bun');
  await rm(copy, { force: true });
  await copyFile(executable, copy);
  // As in the image: a process of root's without capabilities whose program it may not read is closed to others of root's.
  await chmod(copy, 0o111);
  return copy;
}

/** Reports the size of the file a step made and how long the step took. */
async function timed(step: () => Promise<string>): Promise<string> {
  const start = performance.now();
  const file = await step();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const megabytes = ((await stat(file)).size / 1e6).toFixed(2);
  console.log(
    `${relative(projectDir, file).padEnd(22)} ${megabytes.padStart(8)} MB ${seconds.padStart(6)} s`,
  );
  return file;
}
