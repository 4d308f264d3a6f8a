import { constants } from 'node:fs';
import { access, lstat, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InstallFault, systemErrorCode } from '../fault.ts';

/** The driver's directory: kubelet reads vendor and driver name `azure/kv` from it. */
const DRIVER_DIRECTORY = 'azure~kv';

export function driverDirectoryOf(pluginDirectory: string): string {
  return join(pluginDirectory, DRIVER_DIRECTORY);
}

/**
 * Makes sure that the volume plugin directory can be used, and of the driver's own directory in it.
 * @returns the path of the driver's directory
 * @throws InstallFault `PluginDirectoryUnusable` when the directory mounted is evidently not the right one
 */
export async function prepareDriverDirectory(pluginDirectory: string, nameOnNode: string): Promise<string> {
  await checkPluginDirectory(pluginDirectory, nameOnNode);
  const directory = driverDirectoryOf(pluginDirectory);
  try {
    await mkdir(directory, { mode: 0o755 });
  } catch (cause) {
    if (systemErrorCode(cause) !== 'EEXIST') throw unusable(nameOnNode, systemErrorCode(cause), cause);
  }
  // A link here would have root write wherever it points to.
  if (!(await lstat(directory)).isDirectory()) {
    throw new InstallFault(
      'FileRefused',
      `${join(nameOnNode, DRIVER_DIRECTORY)} on the node is not a directory (a link is not followed): remove it, then the driver is installed`,
    );
  }
  return directory;
}

async function checkPluginDirectory(directory: string, nameOnNode: string): Promise<void> {
  try {
    if (!(await stat(directory)).isDirectory()) throw unusable(nameOnNode, 'it is not a directory');
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    if (cause instanceof InstallFault) throw cause;
    throw unusable(nameOnNode, systemErrorCode(cause), cause);
  }
}

const EXPLANATIONS: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  EROFS: 'it is read-only',
  EACCES: 'it is not writable for the installer',
  EPERM: 'it is not writable for the installer',
  ENOSPC: 'its file system is full',
};

function unusable(nameOnNode: string, why: string, cause?: unknown): InstallFault {
  return new InstallFault(
    'PluginDirectoryUnusable',
    `the volume plugin directory ${nameOnNode} cannot be used: ${EXPLANATIONS[why] ?? why}. ` +
      `Set the Helm value "platform" to this cluster's kind, or "platform: custom" and "volumePluginDir" to the directory that kubelet's --volume-plugin-dir names`,
    { cause },
  );
}
