import { uptime } from 'node:os';
import { Registry } from 'prom-client';
import type { MemorySettings } from './agent/memory/settings.ts';
import { maySignal } from './agent-process/capabilities.ts';
import { firstWritable } from './agent-process/read-only.ts';
import type { AgentState } from './agent-process/state.ts';
import { InstallFault, systemErrorCode } from './fault.ts';
import { driverDirectoryOf } from './installation/plugin-directory.ts';
import type { Log } from './log.ts';
import { AgentMetrics } from './metrics/agent-metrics.ts';
import { RequestMetrics } from './metrics/request-metrics.ts';
import { RotationMetrics } from './metrics/rotation-metrics.ts';
import { serveMetrics } from './metrics/serve-metrics.ts';
import type { PodEvents } from './rotation/pod-events.ts';
import { failureOf, sleep } from './serving.ts';
import type { RotationEvents, Settings } from './settings.ts';
import { createHealthServer } from './upkeep/health.ts';

const FIRST_RETRY_MILLISECONDS = 1_000;
const LAST_RETRY_MILLISECONDS = 60_000;

/**
 * Serves as the DaemonSet's second container: reads for drivers, rotates mounted volumes, answers kubelet's probe and
 * Prometheus. Installing the driver is the other container's work.
 * @returns never, but for a server that fails
 * @throws InstallFault `ServerFailed`, `SettingsInvalid`
 */
export async function serveAgent(settings: Settings, version: string, log: Log): Promise<never> {
  const { agent, agentHealthPort, agentMetricsPort } = settings;
  if (agent === undefined) {
    throw new InstallFault(
      'SettingsInvalid',
      'environment of the installer is invalid: with the argument "agent" AGENT must be on; the chart\'s agent.enabled sets both',
    );
  }
  const registry = new Registry();
  let state: Omit<AgentState, 'maySignal'> = {
    ready: false,
    code: 'Starting',
    reason: 'the node agent is starting',
  };
  const health = createHealthServer(async () => ({ ...state, maySignal: maySignal() }));
  if (agentMetricsPort !== undefined) {
    serveMetrics(registry, agentMetricsPort, settings.metricsHost, log);
  }
  const failed = failureOf('health', health);
  // A second agent in the same network fails here, before it takes the socket from the first.
  health.listen(agentHealthPort, settings.healthHost, () => {
    log('info', 'started', { version, port: agentHealthPort });
    void work(settings, agent, registry, version, log, (changed) => {
      state = changed;
    });
  });
  return failed;
}

/**
 * Runs the agent, and starts it again where it cannot start, ever more slowly. Without it drivers read by themselves, so the
 * process stays whatever happens: a container that restarts would make the pod unready, and hold up the next upgrade.
 */
async function work(
  settings: Settings,
  memory: MemorySettings,
  registry: Registry,
  version: string,
  log: Log,
  tell: (state: Omit<AgentState, 'maySignal'>) => void,
): Promise<void> {
  const { pluginDirectory, pluginDirectoryOnNode, runDirectory } = settings;
  // Whoever works on files that containers can change must have nothing to overwrite that kubelet runs as root.
  if (firstWritable([pluginDirectory, driverDirectoryOf(pluginDirectory)]) !== undefined) {
    const reason = `the agent does not start, as it could write to ${pluginDirectoryOnNode}: mount that directory read-only into its container, as the chart does`;
    log('error', 'driver-directory-writable', { message: reason });
    return tell({ ready: false, code: 'DriverDirectoryWritable', reason });
  }
  const started = () => tell({ ready: true });
  for (let pause = FIRST_RETRY_MILLISECONDS; ; pause = Math.min(pause * 2, LAST_RETRY_MILLISECONDS)) {
    registry.clear();
    try {
      return await runAgent(settings, memory, registry, version, log, started);
    } catch (error) {
      const code = systemErrorCode(error);
      log('error', 'agent-failed', { code, runDirectory, retrySeconds: pause / 1000 });
      tell({ ready: false, code: 'AgentFailed', reason: `the agent could not start (${code})` });
    }
    await sleep(pause);
  }
}

async function runAgent(
  settings: Settings,
  memory: MemorySettings,
  registry: Registry,
  version: string,
  log: Log,
  started: () => void,
): Promise<void> {
  const { runDirectory } = settings;
  const { startAgent } = await import('./agent/main.ts');
  const driverDirectory = driverDirectoryOf(settings.pluginDirectory);
  const counts = new AgentMetrics(new RequestMetrics(registry));
  const rotation = settings.rotation && {
    counts: new RotationMetrics(registry),
    signals: settings.rotation.signals,
    podEvents: settings.rotation.events && (await podEvents(settings.rotation.events, log)),
  };
  await startAgent({ runDirectory, driverDirectory, version, memory, counts, log, rotation, started });
}

async function podEvents({ server, ...told }: RotationEvents, log: Log): Promise<PodEvents> {
  const [{ PodEvents }, { askApi }] = await Promise.all([
    import('./rotation/pod-events.ts'),
    import('./kubernetes/api.ts'),
  ]);
  return new PodEvents({ ...told, ask: (question) => askApi(server, question), log, uptime });
}
