import type { CommandContext, CommandResult } from '../commands/command.ts';
import { giveOrder, NoAgent, type Order } from './control.ts';
import type { Outcome } from './rotator.ts';

export const usage = `refresh <namespace>/<pod> | --all

Reads the volumes of a pod on this node again, now, and says what changed; with --all those of every pod.

Ends with 0, with 1 when a volume could not be read or the pod has none, with 2 when it is called otherwise.`;

/** `refresh <namespace>/<pod>`, or `--all`: reads volumes of this node again now, and says what changed. */
export async function runRefresh(
  args: readonly string[],
  { settings }: CommandContext,
): Promise<CommandResult> {
  const order = orderOf(args);
  if (order === undefined) return { output: '', errors: `Usage: installer ${usage}\n`, exitCode: 2 };
  try {
    return report(await giveOrder(settings().runDirectory, order), order);
  } catch (error) {
    if (!(error instanceof NoAgent)) throw error;
    const errors = `Nothing rotates volumes on this node (${error.message}); agent.enabled and agent.rotation.enabled of the chart are for that.\n`;
    return { output: '', errors, exitCode: 1 };
  }
}

function orderOf(args: readonly string[]): Order | undefined {
  const [what = '', ...more] = args;
  if (more.length > 0) return undefined;
  if (what === '--all') return 'all';
  const [, namespace, name] = /^([a-z0-9.-]{1,253})\/([a-z0-9.-]{1,253})$/.exec(what) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

function report(outcomes: readonly Outcome[], order: Order): CommandResult {
  if (outcomes.length === 0) {
    const whose = order === 'all' ? 'Pods have' : `The pod ${order.namespace}/${order.name} has`;
    const errors = `${whose} no volume of this driver on this node.\n`;
    return { output: '', errors, exitCode: order === 'all' ? 0 : 1 };
  }
  const sorted = [...outcomes].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const failed = outcomes.some(({ result }) => result === 'failed');
  return { output: sorted.map(linesOf).join(''), errors: '', exitCode: failed ? 1 : 0 };
}

function linesOf(outcome: Outcome): string {
  const { result, changes, message } = outcome;
  const heading = `${nameOf(outcome)}: ${result}${message === undefined ? '' : `: ${message}`}`;
  return [heading, ...changes.map((change) => `  ${change}`), ''].join('\n');
}

function nameOf({ namespace, pod, volume }: Outcome): string {
  return `${namespace}/${pod} ${volume}`;
}
