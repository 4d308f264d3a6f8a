import { dirname } from 'node:path';
import { execa } from 'execa';
import type { Kubelet } from './kubelet.ts';
import { installerCommandOf, installerEnvironment } from './programs.ts';

export interface CommandOutcome {
  readonly output: string;
  readonly errors: string;
  readonly exitCode: number | undefined;
}

/** One of the installer's commands, as `kubectl exec ds/keyvault-flexvol -- installer …` runs it. */
export async function installerCommand(
  kubelet: Kubelet,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandOutcome> {
  const [program = '', ...rest] = installerCommandOf();
  const { stdout, stderr, exitCode } = await execa(program, [...rest, ...args], {
    reject: false,
    extendEnv: false,
    env: {
      ...installerEnvironment,
      AGENT: 'on',
      AGENT_ROTATION: 'on',
      RUN_DIRECTORY: '/run/keyvault-flexvol',
      PLUGIN_DIRECTORY: dirname(dirname(kubelet.driver)),
      ...environment,
    },
  });
  return { output: stdout, errors: stderr, exitCode };
}
