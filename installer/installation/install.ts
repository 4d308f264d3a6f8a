import { join } from 'node:path';
import { NODE_CONFIG_FILE } from '../../driver/nodeconfig/node-config.ts';
import type { Log } from '../log.ts';
import type { Settings } from '../settings.ts';
import { removeLeftovers } from './atomic-file.ts';
import { checkDriver } from './driver-check.ts';
import { DRIVER_NAME, prepareDriverFile } from './driver-file.ts';
import { prepareNodeConfig } from './node-config.ts';
import { prepareDriverDirectory } from './plugin-directory.ts';

/** What is on the node after a successful installation. */
export interface Installation {
  /** Path of the installed executable, as it is mounted here. */
  readonly driver: string;
  /** Path of the installed node configuration, as it is mounted here. */
  readonly nodeConfig: string;
  /** SHA-256 of the executable, hexadecimal. */
  readonly sha256: string;
}

/**
 * Installs the driver on the node. Can be repeated at any time, and killed at any point.
 *
 * Both files are written beside their places before either is put there, so that a full disk changes neither: an older
 * driver may refuse a newer configuration. The configuration goes first: kubelet may run the driver as soon as it is there, and
 * a driver without the configuration would reach for the wrong cloud.
 * @throws InstallFault
 */
export async function install(settings: Settings, log: Log): Promise<Installation> {
  const directory = await prepareDriverDirectory(settings.pluginDirectory, settings.pluginDirectoryOnNode);
  const leftovers = await removeLeftovers(directory, [NODE_CONFIG_FILE, DRIVER_NAME]);
  if (leftovers.length > 0) log('warning', 'leftovers-removed', { files: leftovers });
  const config = await prepareNodeConfig(settings.nodeConfigFile, directory);
  const { file, sha256 } = await prepareDriverFile(settings.driverFile, directory).catch(
    async (error: unknown) => {
      await config?.discard();
      throw error;
    },
  );
  await config?.commit();
  await file?.commit();
  const installation = {
    driver: join(directory, DRIVER_NAME),
    nodeConfig: join(directory, NODE_CONFIG_FILE),
    sha256,
  };
  await checkDriver(installation.driver);
  log('info', 'installed', {
    directory: settings.pluginDirectoryOnNode,
    sha256,
    driverChanged: file !== undefined,
    configChanged: config !== undefined,
  });
  return installation;
}
