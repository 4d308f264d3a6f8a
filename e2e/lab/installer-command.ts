import { dirname } from 'node:path';
import { execa } from 'execa';
import type { Kubelet } from './kubelet.ts';

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
  const runtime = `${process.cwd()}/dist/linux-${process.arch === 'arm64' ? 'arm64' : 'amd64'}/kv`;
  const { stdout, stderr, exitCode } = await execa(
    runtime,
    ['--smol', '--no-install', '--no-env-file', 'run', 'dist/installer.cjs', ...args],
    {
      reject: false,
      extendEnv: false,
      env: {
        BUN_BE_BUN: '1',
        BUN_JSC_useJIT: '0',
        AGENT: 'on',
        AGENT_ROTATION: 'on',
        RUN_DIRECTORY: '/run/keyvault-flexvol',
        PLUGIN_DIRECTORY: dirname(dirname(kubelet.driver)),
        ...environment,
      },
    },
  );
  return { output: stdout, errors: stderr, exitCode };
}
