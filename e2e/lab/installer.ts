import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { Kubelet } from './kubelet.ts';

export const RUN_DIRECTORY = '/run/keyvault-flexvol';
/** The image's driver, which is the installer's runtime too. */
export const imageDriver = `${process.cwd()}/dist/linux-${process.arch === 'arm64' ? 'arm64' : 'amd64'}/kv`;

/**
 * Runs the built installer as the image does, for this kubelet's node; without arguments it stays until it is stopped.
 * @param wrapper a command that becomes the installer, such as `setpriv` with its options
 */
export function runInstaller(
  kubelet: Kubelet,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  wrapper: readonly string[] = [],
) {
  const driverDirectory = dirname(kubelet.driver);
  mkdirSync(RUN_DIRECTORY, { recursive: true, mode: 0o700 });
  const installer = ['--smol', '--no-install', '--no-env-file', 'run', 'dist/installer.cjs', ...args];
  const [program = '', ...rest] = [...wrapper, imageDriver, ...installer];
  return execa(program, rest, {
    reject: false,
    extendEnv: false,
    env: {
      BUN_BE_BUN: '1',
      BUN_JSC_useJIT: '0',
      RUN_DIRECTORY,
      DRIVER_FILE: imageDriver,
      NODE_CONFIG_FILE: join(driverDirectory, '.config.json'),
      PLUGIN_DIRECTORY: dirname(driverDirectory),
      ...environment,
    },
  });
}
