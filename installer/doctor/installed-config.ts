import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultNodeConfig, NODE_CONFIG_FILE, type NodeConfig } from '../../driver/nodeconfig/node-config.ts';
import { parseNodeConfig } from '../../driver/nodeconfig/schema.ts';
import { driverDirectoryOf } from '../installation/plugin-directory.ts';
import type { Settings } from '../settings.ts';

/** The node configuration in force, or the defaults where it is unusable: that is another check's finding. */
export function readNodeConfig({ pluginDirectory }: Pick<Settings, 'pluginDirectory'>): NodeConfig {
  try {
    return parseNodeConfig(readFileSync(join(driverDirectoryOf(pluginDirectory), NODE_CONFIG_FILE), 'utf8'));
  } catch {
    return defaultNodeConfig;
  }
}
