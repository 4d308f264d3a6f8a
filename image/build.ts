// npm run build: bundles the programs, and compiles the driver for every architecture.
//   dist/kv.cjs dist/installer.cjs            what Node or Bun runs
//   dist/kv/                                  the driver once more, in parts, as the large runtime's program is made of them
//   dist/front/                               and once more, in the parts of the front
//   dist/LICENSES.txt                         of all that is in them, and of both runtimes
//   dist/linux-amd64/kv dist/linux-arm64/kv   what kubelet runs
import { mkdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { bundle, bundleInParts } from './bundle.ts';
import { compile } from './compile.ts';
import { writeFront } from './front/build.ts';
import { locateCCompiler } from './front/c-compiler.ts';
import { joinPrograms } from './front/join.ts';
import { writeLicences } from './licences.ts';
import { frontNotice, frontParts } from './parts/front-parts.ts';
import { bundledPackages } from './parts/npm-packages.ts';
import { runtimeNotice, runtimeParts } from './parts/runtime-parts.ts';
import { cacheDir, distDir, metafiles, projectDir, readProject } from './project.ts';
import { type Arch, buildMachineArch, locateRuntime } from './runtime.ts';

const architectures: readonly Arch[] = ['amd64', 'arm64'];

await mkdir(join(distDir, 'meta'), { recursive: true });
const { version } = await readProject();
const driver = { name: 'kv', entryPoint: 'driver/kv.ts' };
await timed(() => bundle(driver, version, projectDir, distDir));
const driverParts = await timed(() => bundleInParts(driver, version, projectDir, distDir));
await timed(() =>
  bundle({ name: 'installer', entryPoint: 'installer/main.ts' }, version, projectDir, distDir),
);
const compiler = await locateRuntime(projectDir, cacheDir, buildMachineArch());
const cCompiler = await locateCCompiler(cacheDir, buildMachineArch());
const fronts = await writeFront(
  { version, projectDir, cacheDir, distDir, compiler: cCompiler },
  architectures,
  timed,
);
await timed(writeAllLicences);
for (const arch of architectures) await timed(() => writeDriver(arch));

async function writeAllLicences(): Promise<string> {
  const packages = await bundledPackages(metafiles, projectDir);
  const runtime = runtimeNotice(compiler, await runtimeParts(compiler));
  const front = (await frontParts(projectDir, cCompiler)).map(frontNotice);
  return writeLicences([runtime, ...front], packages, projectDir, join(distDir, 'LICENSES.txt'));
}

/** What kubelet runs: the front, and behind it the program of the large runtime. */
async function writeDriver(arch: Arch): Promise<string> {
  const runtime = await locateRuntime(projectDir, cacheDir, arch);
  const large = join(distDir, 'large', arch);
  const stampFile = join(distDir, 'meta', `kv-${arch}.stamp`);
  await compile({ entryPoint: driverParts, outfile: large, runtime, compiler, stampFile });
  const outfile = join(distDir, `linux-${arch}`, 'kv');
  await joinPrograms(fronts[arch], large, outfile);
  return outfile;
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
