import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../settings.ts';

/** A driver that answers as ours does. */
export const WORKING_DRIVER = `#!/bin/sh
[ "$*" = init ] && echo '{"status":"Success","capabilities":{"attach":false}}'
`;

/** What a node and the installer's image look like to the installer, in a temporary directory. */
export interface NodeDirectory extends AsyncDisposable {
  readonly settings: Settings;
  /** The driver's directory in the volume plugin directory; not there at first. */
  readonly driverDirectory: string;
  readonly setDriver: (content: string) => Promise<void>;
  readonly setNodeConfig: (content: string) => Promise<void>;
}

/** Makes one with a working driver and a valid node configuration. */
export async function nodeDirectory(): Promise<NodeDirectory> {
  const root = await mkdtemp(join(tmpdir(), 'installer-'));
  const settings: Settings = {
    driverFile: join(root, 'image-kv'),
    nodeConfigFile: join(root, 'config.json'),
    pluginDirectory: join(root, 'exec'),
    pluginDirectoryOnNode: '/usr/libexec/kubernetes/kubelet-plugins/volume/exec',
    healthPort: 9808,
    metricsPort: undefined,
    runDirectory: join(root, 'run'),
    agent: undefined,
    rotation: undefined,
    agentHealthPort: 9810,
    agentMetricsPort: undefined,
    healthHost: undefined,
    metricsHost: undefined,
    nodeAddress: undefined,
    uninstall: false,
    startupTaint: undefined,
  };
  const setDriver = async (content: string) => {
    await writeFile(settings.driverFile, content);
    await chmod(settings.driverFile, 0o755);
  };
  const setNodeConfig = (content: string) => writeFile(settings.nodeConfigFile, content);
  await mkdir(settings.pluginDirectory);
  await setDriver(WORKING_DRIVER);
  await setNodeConfig('{"schemaVersion":1}');
  return {
    settings,
    driverDirectory: join(settings.pluginDirectory, 'azure~kv'),
    setDriver,
    setNodeConfig,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, maxRetries: 5 }),
  };
}
