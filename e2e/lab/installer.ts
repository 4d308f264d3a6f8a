import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { Kubelet } from './kubelet.ts';
import { driverFile, installerCommandOf, installerEnvironment } from './programs.ts';

export const RUN_DIRECTORY = '/run/keyvault-flexvol';

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
  const [program = '', ...rest] = [...wrapper, ...installerCommandOf(), ...args];
  return execa(program, rest, {
    reject: false,
    extendEnv: false,
    env: {
      ...installerEnvironment,
      RUN_DIRECTORY,
      DRIVER_FILE: driverFile,
      NODE_CONFIG_FILE: join(driverDirectory, '.config.json'),
      PLUGIN_DIRECTORY: dirname(driverDirectory),
      ...environment,
    },
  });
}
