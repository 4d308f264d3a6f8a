import type { CommandContext, CommandResult } from '../commands/command.ts';
import { InstallFault } from '../fault.ts';
import { install } from '../installation/install.ts';
import type { Settings } from '../settings.ts';
import { uninstall } from './uninstall.ts';

export const usage = `uninstall

Takes the driver, its configuration and what is left of it in memory off this node. Refuses while a volume of the driver is
in use, and names its pods. There is no way to force it: without the driver kubelet could unmount nothing, and these pods would
never end.

Ends with 0 when the driver is gone, 1 when it refuses, 2 when it is not understood.`;

/** How long an installer in the same pod may take to answer a connection. */
const LIMIT_MS = 2000;

/** `uninstall`: for one node, or to see why it waits. All nodes at once are the chart's `uninstall: true`. */
export async function runUninstall(
  args: readonly string[],
  { settings: readSettings }: Pick<CommandContext, 'settings'>,
): Promise<CommandResult> {
  if (args.length > 0) return { output: '', errors: `Usage: installer ${usage}\n`, exitCode: 2 };
  try {
    const settings = readSettings();
    if (!settings.uninstall && (await isServed(settings))) return refusal(settings);
    const { left } = await uninstall(settings, () => install(settings, () => undefined));
    const rest = left.length === 0 ? '' : `Left, as it is not of the driver: ${left.join(', ')}\n`;
    return { output: `The driver is gone from this node.\n${rest}`, errors: '', exitCode: 0 };
  } catch (error) {
    if (!(error instanceof InstallFault)) throw error;
    return { output: '', errors: `${error.message}\n`, exitCode: 1 };
  }
}

function refusal({ pluginDirectoryOnNode }: Settings): CommandResult {
  const errors = `The installer of this pod would put the driver back into ${pluginDirectoryOnNode} at once. Have the chart remove it from all nodes:

  helm upgrade <release> <chart> --namespace <namespace> --reuse-values --set uninstall=true
  kubectl --namespace <namespace> rollout status daemonset/<release>
  helm uninstall <release> --namespace <namespace>
`;
  return { output: '', errors, exitCode: 1 };
}

/** Does the DaemonSet's program run beside this command? Its health port tells, in a container without ps. */
async function isServed({ healthHost = '127.0.0.1', healthPort }: Settings): Promise<boolean> {
  const host = healthHost.includes(':') ? `[${healthHost}]` : healthHost;
  try {
    await fetch(`http://${host}:${healthPort}/healthz`, { signal: AbortSignal.timeout(LIMIT_MS) });
    return true;
  } catch {
    return false;
  }
}
