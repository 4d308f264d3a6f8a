import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../fault.ts';
import { driverDirectoryOf } from '../installation/plugin-directory.ts';
import type { Finding } from './finding.ts';
import type { Scope } from './scope.ts';

const check = 'plugin directory';
const WRITABLE_BY_OTHERS = 0o022;

/** kubelet runs what is in these directories as root, so nobody else may write there. */
export async function checkPluginDirectory({ settings }: Scope): Promise<Finding[]> {
  const { pluginDirectory, pluginDirectoryOnNode } = settings;
  const wrong =
    'set the Helm value "platform" to this cluster\'s kind, or "platform: custom" and "volumePluginDir" to the directory that kubelet\'s --volume-plugin-dir names';
  try {
    if (!(await stat(pluginDirectory)).isDirectory()) {
      return [{ check, status: 'fault', found: `${pluginDirectoryOnNode} is no directory`, todo: wrong }];
    }
  } catch (error) {
    const found = `${pluginDirectoryOnNode} cannot be used (${systemErrorCode(error)})`;
    return [{ check, status: 'fault', found, todo: wrong }];
  }
  const findings = [await examine(pluginDirectory, pluginDirectoryOnNode)];
  const own = driverDirectoryOf(pluginDirectory);
  findings.push(await examine(own, join(pluginDirectoryOnNode, 'azure~kv')));
  const faults = findings.filter(({ status }) => status !== 'ok');
  return faults.length > 0
    ? faults
    : [{ check, status: 'ok', found: `${pluginDirectoryOnNode} is there, and root's alone to write to` }];
}

async function examine(directory: string, nameOnNode: string): Promise<Finding> {
  try {
    const stats = await lstat(directory);
    const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
    if (!stats.isDirectory()) {
      const todo = 'remove it on the node; then the installer makes the directory';
      return {
        check,
        status: 'fault',
        found: `${nameOnNode} is no directory (a link is not followed)`,
        todo,
      };
    }
    if (stats.uid !== 0 || (stats.mode & WRITABLE_BY_OTHERS) !== 0) {
      const found = `${nameOnNode} has owner ${stats.uid} and mode ${mode}: others than root can have kubelet run programs`;
      return {
        check,
        status: 'fault',
        found,
        todo: `on the node: chown root:root ${nameOnNode} && chmod 0755 ${nameOnNode}`,
      };
    }
    return { check, status: 'ok', found: `${nameOnNode} has mode ${mode}` };
  } catch (error) {
    const found = `${nameOnNode} cannot be looked at (${systemErrorCode(error)})`;
    return { check, status: 'fault', found, todo: "see the installer's log: it makes the directory" };
  }
}
