import { once } from 'node:events';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MemorySettings } from './agent/memory/settings.ts';
import { Follower } from './events/follow.ts';
import { InstallFault, systemErrorCode } from './fault.ts';
import { install } from './installation/install.ts';
import { driverDirectoryOf } from './installation/plugin-directory.ts';
import type { Log } from './log.ts';
import { Metrics } from './metrics/metrics.ts';
import { createMetricsServer } from './metrics/metrics-server.ts';
import type { Settings } from './settings.ts';
import { createHealthServer } from './upkeep/health.ts';
import { Keeper } from './upkeep/keeper.ts';
import { watchDriver } from './upkeep/watch-driver.ts';

/**
 * What the DaemonSet's pod does on its node: it installs the driver and keeps it installed, follows the events, answers
 * kubelet's probes and Prometheus.
 * @returns never, but for a server that fails
 * @throws InstallFault `ServerFailed`
 */
export async function serve(settings: Settings, version: string, log: Log): Promise<never> {
  const metrics = new Metrics(version, settings.runDirectory);
  const keeper = new Keeper({
    install: () => install(settings, log),
    nodeConfigFile: settings.nodeConfigFile,
    log,
    sleep: (milliseconds) => sleep(milliseconds),
    metrics,
  });
  new Follower({ spool: join(settings.runDirectory, 'events'), log, metrics }).start();
  const health = createHealthServer(() => keeper.readiness());
  const failures = [failureOf('health', health)];
  if (settings.metricsPort !== undefined) {
    const server = createMetricsServer(metrics.registry);
    failures.push(failureOf('metrics', server));
    server.listen(settings.metricsPort, settings.metricsHost);
  }
  health.listen(settings.healthPort, settings.healthHost, () => {
    log('info', 'started', { version, port: settings.healthPort });
    void keeper.run();
    const { pluginDirectory } = settings;
    watchDriver(pluginDirectory, driverDirectoryOf(pluginDirectory), () => void keeper.readiness());
    const { agent } = settings;
    if (agent) void runAgent(settings, agent, metrics, version, log);
  });
  return Promise.race(failures);
}

async function failureOf(name: string, server: Server): Promise<never> {
  const [error] = (await once(server, 'error')) as [Error];
  throw new InstallFault('ServerFailed', `the ${name} server failed: ${error.message}`, { cause: error });
}

/** Without it the driver reads by itself, so a node on which it cannot run is none the worse. */
async function runAgent(
  { runDirectory, pluginDirectory, rotation }: Settings,
  memory: MemorySettings,
  metrics: Metrics,
  version: string,
  log: Log,
) {
  try {
    const [{ startAgent }, { AgentMetrics }, { RotationMetrics }] = await Promise.all([
      import('./agent/main.ts'),
      import('./metrics/agent-metrics.ts'),
      import('./metrics/rotation-metrics.ts'),
    ]);
    const driverDirectory = driverDirectoryOf(pluginDirectory);
    const counts = new AgentMetrics(metrics);
    const rotations = rotation ? new RotationMetrics(metrics.registry) : undefined;
    await startAgent({ runDirectory, driverDirectory, version, memory, counts, log, rotations });
  } catch (error) {
    log('error', 'agent-failed', { code: systemErrorCode(error), runDirectory });
  }
}
