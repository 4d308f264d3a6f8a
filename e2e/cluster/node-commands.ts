import { type CommandOptions, command } from './command.ts';
import type { EndToEndState } from './state.ts';

/** Runs a program on a node, as root and outside any pod. */
export function onNode(
  state: Pick<EndToEndState, 'environment'>,
  node: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const interactive = options.input === undefined ? [] : ['-i'];
  return command('podman', ['exec', ...interactive, node, ...args], {
    timeoutSeconds: 120,
    ...options,
    env: { ...state.environment, ...options.env },
  });
}
