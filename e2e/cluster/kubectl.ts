import { type CommandOptions, command } from './command.ts';
import type { EndToEndState } from './state.ts';

type KubectlTarget = Pick<EndToEndState, 'kubectl' | 'kubeconfig'>;

/** Runs kubectl against the run's cluster; answers its standard output. */
export function kubectl(
  target: KubectlTarget,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  return command(target.kubectl, ['--kubeconfig', target.kubeconfig, ...args], {
    timeoutSeconds: 180,
    ...options,
  });
}

/** Applies objects; they go through standard input, so no secret is in an argument list. */
export async function apply(target: KubectlTarget, ...objects: readonly object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const applying = () => kubectl(target, ['apply', '-f', '-'], { input });
  // kubectl looks first and creates then: another case may have created the Secret of the examples in between.
  await applying().catch((error: unknown) => {
    if (!String(error).includes('(AlreadyExists)')) throw error;
    return applying();
  });
}
