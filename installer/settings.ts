import * as z from 'zod';
import type { MemorySettings } from './agent/memory/settings.ts';
import { InstallFault } from './fault.ts';
import type { ApiServer } from './kubernetes/api.ts';
import type { StartupTaint } from './startup-taint/remove-taint.ts';

const absolutePath = z.string().regex(/^\/[^\0]*$/, 'must be an absolute path');
const address = z.union([z.ipv4(), z.ipv6()], 'must be an IP address');
const onOrOff = z.enum(['on', 'off']);
const seconds = z.coerce.number().int().min(0).max(86_400);
const port = z.coerce.number().int().min(1).max(65535);

const schema = z.object({
  DRIVER_FILE: absolutePath.default('/opt/keyvault-flexvol/kv'),
  NODE_CONFIG_FILE: absolutePath.default('/etc/keyvault-flexvol/config.json'),
  PLUGIN_DIRECTORY: absolutePath.default('/volume-plugins'),
  PLUGIN_DIRECTORY_ON_NODE: absolutePath.optional(),
  RUN_DIRECTORY: absolutePath.default('/run/keyvault-flexvol'),
  METRICS_PORT: port.optional(),
  METRICS_HOST: address.optional(),
  AGENT: onOrOff.default('off'),
  AGENT_ROTATION: onOrOff.default('off'),
  AGENT_ROTATION_SIGNALS: onOrOff.default('off'),
  AGENT_ROTATION_EVENTS: onOrOff.default('off'),
  AGENT_ROTATION_EXPIRY_DAYS: z.coerce.number().int().min(1).max(365).default(14),
  AGENT_MEMORY: onOrOff.default('on'),
  AGENT_MEMORY_MIB: z.coerce.number().int().min(1).max(1024).default(16),
  AGENT_LATEST_SECONDS: seconds.default(30),
  AGENT_PINNED_SECONDS: seconds.default(600),
  AGENT_VAULT_REQUESTS_PER_SECOND: z.coerce.number().int().min(1).max(10_000).default(100),
  AGENT_HEALTH_PORT: port.default(9810),
  AGENT_METRICS_PORT: port.optional(),
  HEALTH_HOST: address.optional(),
  NODE_ADDRESS: z.string().optional(),
  UNINSTALL: onOrOff.default('off'),
  STARTUP_TAINT_KEY: z.string().min(1).optional(),
  NODE_NAME: z.string().min(1).optional(),
  KUBERNETES_SERVICE_HOST: z.string().min(1).optional(),
  KUBERNETES_SERVICE_PORT: port.default(443),
  SERVICE_ACCOUNT_DIRECTORY: absolutePath.default('/var/run/secrets/kubernetes.io/serviceaccount'),
  HEALTH_PORT: port.default(9808),
});

interface StartupTaintSettings {
  readonly taint: StartupTaint;
  readonly server: ApiServer;
}

interface RotationSettings {
  /** May it send signals to the pods' containers after that? It sees their processes by `hostPID`. */
  readonly signals: boolean;
  /** Where and how it tells pods' owners, by events of the pods. */
  readonly events: RotationEvents | undefined;
}

export interface RotationEvents {
  readonly node: string;
  readonly server: ApiServer;
  /** How many days ahead it is told that an object expires. */
  readonly expiryDays: number;
}

/** Settings that the pod specification gives to the installer and to the node agent, which is a process of its own. */
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
  /** Undefined means every address of the pod, as kubelet asks from outside; in the node's network it is the loopback. */
  readonly healthHost: string | undefined;
  /** Metrics are served where there is one. */
  readonly metricsPort: number | undefined;
  /** Undefined means every address of the pod. */
  readonly metricsHost: string | undefined;
  /** Where the driver keeps volumes and events on the node, by the same path here. */
  readonly runDirectory: string;
  /** What the node agent keeps, where there is one that reads for the driver. */
  readonly agent: MemorySettings | undefined;
  /** The agent's own port for probes and for `installer doctor`, on `healthHost`. */
  readonly agentHealthPort: number;
  /** The agent's own port for metrics, on `metricsHost`; undefined where it serves none. */
  readonly agentMetricsPort: number | undefined;
  /** What belongs to reading mounted volumes again, where the agent does. */
  readonly rotation: RotationSettings | undefined;
  /** The node's own address, by which we see whether our network is the node's. */
  readonly nodeAddress: string | undefined;
  /** Is the driver to be removed from the node instead? */
  readonly uninstall: boolean;
  /** The taint to take off the node once it can mount. */
  readonly startupTaint: StartupTaintSettings | undefined;
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
  if (data.AGENT === 'on') refuseSharedPorts(data);
  return {
    driverFile: data.DRIVER_FILE,
    nodeConfigFile: data.NODE_CONFIG_FILE,
    pluginDirectory: data.PLUGIN_DIRECTORY,
    pluginDirectoryOnNode: data.PLUGIN_DIRECTORY_ON_NODE ?? data.PLUGIN_DIRECTORY,
    healthPort: data.HEALTH_PORT,
    healthHost: data.HEALTH_HOST,
    metricsPort: data.METRICS_PORT,
    metricsHost: data.METRICS_HOST,
    nodeAddress: data.NODE_ADDRESS,
    uninstall: data.UNINSTALL === 'on',
    startupTaint: startupTaintOf(data),
    runDirectory: data.RUN_DIRECTORY,
    agent: data.AGENT === 'on' ? memoryOf(data) : undefined,
    rotation: rotationOf(data),
    agentHealthPort: data.AGENT_HEALTH_PORT,
    agentMetricsPort: data.AGENT_METRICS_PORT,
  };
}

/** Installer and agent share one network, in which each needs ports of its own. */
function refuseSharedPorts(data: z.infer<typeof schema>): void {
  for (const [agents, installers] of [
    ['AGENT_HEALTH_PORT', 'HEALTH_PORT'],
    ['AGENT_METRICS_PORT', 'METRICS_PORT'],
  ] as const) {
    if (data[agents] === undefined || data[agents] !== data[installers]) continue;
    throw new InstallFault(
      'SettingsInvalid',
      `environment of the installer is invalid: ${agents} and ${installers} are both ${data[agents]}; the agent needs a port of its own`,
    );
  }
}

function startupTaintOf(data: z.infer<typeof schema>): StartupTaintSettings | undefined {
  const { STARTUP_TAINT_KEY: key } = data;
  if (key === undefined) return undefined;
  const { node, server } = clusterOf(data, 'STARTUP_TAINT_KEY');
  return { taint: { key, node }, server };
}

function rotationOf(data: z.infer<typeof schema>): RotationSettings | undefined {
  if (data.AGENT === 'off' || data.AGENT_ROTATION === 'off') return undefined;
  const expiryDays = data.AGENT_ROTATION_EXPIRY_DAYS;
  return {
    signals: data.AGENT_ROTATION_SIGNALS === 'on',
    events:
      data.AGENT_ROTATION_EVENTS === 'on'
        ? { ...clusterOf(data, 'AGENT_ROTATION_EVENTS'), expiryDays }
        : undefined,
  };
}

/** @param needing the variable that needs to know them */
function clusterOf(data: z.infer<typeof schema>, needing: string): { node: string; server: ApiServer } {
  const { NODE_NAME: node, KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = data;
  if (node === undefined || host === undefined) {
    throw new InstallFault(
      'SettingsInvalid',
      `environment of the installer is invalid: ${needing} needs NODE_NAME and KUBERNETES_SERVICE_HOST`,
    );
  }
  return { node, server: { host, port, credentials: data.SERVICE_ACCOUNT_DIRECTORY } };
}

function memoryOf(data: z.infer<typeof schema>): MemorySettings {
  return {
    keeps: data.AGENT_MEMORY === 'on',
    maxBytes: data.AGENT_MEMORY_MIB * 1024 * 1024,
    latestMs: data.AGENT_LATEST_SECONDS * 1000,
    pinnedMs: data.AGENT_PINNED_SECONDS * 1000,
    requestsPerSecond: data.AGENT_VAULT_REQUESTS_PER_SECOND,
  };
}
