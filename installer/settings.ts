import * as z from 'zod';
import { InstallFault } from './fault.ts';

const absolutePath = z.string().regex(/^\/[^\0]*$/, 'must be an absolute path');

const schema = z.object({
  DRIVER_FILE: absolutePath.default('/opt/keyvault-flexvol/kv'),
  NODE_CONFIG_FILE: absolutePath.default('/etc/keyvault-flexvol/config.json'),
  PLUGIN_DIRECTORY: absolutePath.default('/volume-plugins'),
  PLUGIN_DIRECTORY_ON_NODE: absolutePath.optional(),
  RUN_DIRECTORY: absolutePath.default('/run/keyvault-flexvol'),
  METRICS_PORT: z.coerce.number().int().min(1).max(65535).optional(),
  AGENT: z.enum(['on', 'off']).default('off'),
  HEALTH_PORT: z.coerce.number().int().min(1).max(65535).default(9808),
});

/** What the pod specification says to the installer. */
export interface Settings {
  /** The driver's executable in the image. */
  readonly driverFile: string;
  /** The desired node configuration, mounted from the ConfigMap. */
  readonly nodeConfigFile: string;
  /** The node's volume plugin directory, as it is mounted here. */
  readonly pluginDirectory: string;
  /** The same directory by the name it has on the node, for messages. */
  readonly pluginDirectoryOnNode: string;
  readonly healthPort: number;
  /** Metrics are served where there is one. */
  readonly metricsPort: number | undefined;
  /** Where the driver keeps volumes and events on the node, by the same path here. */
  readonly runDirectory: string;
  /** Does the node agent read for the driver? */
  readonly agent: boolean;
}

/**
 * Reads the settings from the environment variables of the pod specification; others are no concern of ours.
 * @throws InstallFault `SettingsInvalid` naming every faulty variable
 */
export function parseSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const result = schema.safeParse(env);
  if (!result.success) {
    const faults = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new InstallFault(
      'SettingsInvalid',
      `environment of the installer is invalid: ${faults.join('; ')}`,
    );
  }
  const { data } = result;
  return {
    driverFile: data.DRIVER_FILE,
    nodeConfigFile: data.NODE_CONFIG_FILE,
    pluginDirectory: data.PLUGIN_DIRECTORY,
    pluginDirectoryOnNode: data.PLUGIN_DIRECTORY_ON_NODE ?? data.PLUGIN_DIRECTORY,
    healthPort: data.HEALTH_PORT,
    metricsPort: data.METRICS_PORT,
    runDirectory: data.RUN_DIRECTORY,
    agent: data.AGENT === 'on',
  };
}
