import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DriverError, systemCode } from '../errors.ts';
import { defaultNodeConfig, NODE_CONFIG_FILE, type NodeConfig } from './node-config.ts';
import { parseNodeConfigQuickly } from './parse.ts';

/**
 * Reads the node configuration beside the driver. No file means defaults; a file that cannot be read or is
 * invalid fails every mount, so that a policy or CA that an admin wrote is never skipped.
 * @throws DriverError `NodeConfigInvalid`
 */
export async function loadNodeConfig(driverDirectory: string): Promise<NodeConfig> {
  const path = join(driverDirectory, NODE_CONFIG_FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' && isAbsent(driverDirectory, path)) return defaultNodeConfig;
    throw new DriverError('NodeConfigInvalid', `cannot read ${path} (${systemCode(error)})`, {
      cause: error,
    });
  }
  return parseNodeConfigQuickly(text);
}

/** A link to nothing is a file that cannot be read; and in a directory that is gone there may have been one. */
function isAbsent(directory: string, path: string): boolean {
  return existsSync(directory) && lstatSync(path, { throwIfNoEntry: false }) === undefined;
}
