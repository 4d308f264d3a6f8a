import { readFile } from 'node:fs/promises';
import { NODE_CONFIG_FILE } from '../../driver/nodeconfig/node-config.ts';
import { parseNodeConfig } from '../../driver/nodeconfig/schema.ts';
import { InstallFault, systemErrorCode } from '../fault.ts';
import { openInstalled, type PreparedFile, prepareFile, type Target } from './atomic-file.ts';

/**
 * Prepares the desired node configuration beside the driver, root-only, after checking it with the driver's own
 * schema; the bytes are kept as they are. Only Helm values get there, so what it says of a fault names them.
 * @returns undefined when the one there is the same
 * @throws InstallFault `NodeConfigInvalid` when the desired one is not there or the driver would refuse it
 */
export async function prepareNodeConfig(
  desiredFile: string,
  driverDirectory: string,
): Promise<PreparedFile | undefined> {
  const text = await readDesired(desiredFile);
  check(text);
  const target: Target = { directory: driverDirectory, name: NODE_CONFIG_FILE, mode: 0o600 };
  if (await isInstalled(target, text)) return undefined;
  return prepareFile(target, (file) => file.writeFile(text));
}

async function readDesired(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new InstallFault(
      'NodeConfigInvalid',
      `cannot read the node configuration at ${file} (${systemErrorCode(cause)}): the pod must mount the chart's ConfigMap there`,
      { cause },
    );
  }
}

function check(text: string): void {
  try {
    parseNodeConfig(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'the node configuration is invalid';
    throw new InstallFault('NodeConfigInvalid', `${why} (Helm value "nodeConfig")`, { cause });
  }
}

async function isInstalled(target: Target, text: string): Promise<boolean> {
  const file = await openInstalled(target);
  if (file === undefined) return false;
  try {
    const { mode } = await file.stat();
    return (mode & 0o7777) === target.mode && (await file.readFile('utf8')) === text;
  } finally {
    await file.close();
  }
}
