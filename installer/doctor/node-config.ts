import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NODE_CONFIG_FILE } from '../../driver/nodeconfig/node-config.ts';
import { parseNodeConfig } from '../../driver/nodeconfig/schema.ts';
import { systemErrorCode } from '../fault.ts';
import { driverDirectoryOf } from '../installation/plugin-directory.ts';
import type { Finding } from './finding.ts';
import type { Scope } from './scope.ts';

const check = 'configuration';

/** The node configuration as the driver reads it: one that it refuses fails every mount. */
export async function checkInstalledConfig({ settings }: Scope): Promise<Finding[]> {
  const file = join(driverDirectoryOf(settings.pluginDirectory), NODE_CONFIG_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const found = `the node configuration beside the driver cannot be read (${systemErrorCode(error)})`;
    return [{ check, status: 'fault', found, todo: "see the installer's log" }];
  }
  try {
    parseNodeConfig(text);
  } catch (error) {
    const found = `${(error as Error).message}; with it, the driver refuses every mount`;
    return [{ check, status: 'fault', found, todo: 'mend the Helm value "nodeConfig"' }];
  }
  const { mode, uid } = await lstat(file);
  if (uid !== 0 || (mode & 0o077) !== 0) {
    const found = `others than root can read or write it (owner ${uid}, mode ${(mode & 0o7777).toString(8)})`;
    return [
      { check, status: 'fault', found, todo: "delete the installer's pod: the next one writes it anew" },
    ];
  }
  const desired = await readFile(settings.nodeConfigFile, 'utf8').catch(() => undefined);
  if (desired !== undefined && desired !== text) {
    const todo = "wait for a minute or two; if it stays, see the installer's log";
    return [{ check, status: 'warning', found: 'valid, but not yet what the ConfigMap says', todo }];
  }
  return [{ check, status: 'ok', found: 'valid, and what the ConfigMap says' }];
}
