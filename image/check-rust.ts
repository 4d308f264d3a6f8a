// npm run check:rust: formatting, lints and unit tests of runtime/, with the toolchain of the build.
import { join } from 'node:path';
import { execa } from 'execa';
import { buildMachineArch } from './arch.ts';
import { locateToolchain, MissingTool } from './executable/toolchain.ts';
import { cacheDir, projectDir } from './project.ts';

try {
  const toolchain = await locateToolchain(projectDir, cacheDir, buildMachineArch());
  const { target, developmentEnvironment: env } = toolchain;
  const cargo = (...args: string[]) =>
    execa('cargo', args, { cwd: join(projectDir, 'runtime'), env, stdio: 'inherit' });
  await cargo('fmt', '--all', '--check');
  await cargo('clippy', '--quiet', '--locked', '--target', target, '--all-targets', '--', '-D', 'warnings');
  await cargo('test', '--quiet', '--locked', '--target', target);
} catch (error) {
  // cargo has said what is wrong.
  if (error instanceof MissingTool) console.error(error.message);
  process.exitCode = 1;
}
