import { join } from 'node:path';
import { Follower } from './events/follow.ts';
import { install } from './installation/install.ts';
import { driverDirectoryOf } from './installation/plugin-directory.ts';
import type { Log } from './log.ts';
import { Metrics } from './metrics/metrics.ts';
import { serveMetrics } from './metrics/serve-metrics.ts';
import { failureOf, sleep } from './serving.ts';
import type { Settings } from './settings.ts';
import { createHealthServer } from './upkeep/health.ts';
import { Keeper } from './upkeep/keeper.ts';
import type { Readiness } from './upkeep/readiness.ts';
import { watchDriver } from './upkeep/watch-driver.ts';

/**
 * Serves as the DaemonSet's first container: installs the driver and keeps it installed, follows the events, answers
 * kubelet's probes and Prometheus. Where the driver is to go, it removes it instead. The node agent is a process of its own
 * (serve-agent.ts).
 * @returns never, but for a server that fails
 * @throws InstallFault `ServerFailed`
 */
export async function serve(settings: Settings, version: string, log: Log): Promise<never> {
  const metrics = new Metrics(version, settings.runDirectory);
  const work = settings.uninstall ? await removal(settings, log) : keeping(settings, metrics, log);
  const { metricsPort, metricsHost } = settings;
  const served =
    metricsPort === undefined ? undefined : serveMetrics(metrics.registry, metricsPort, metricsHost, log);
  const health = createHealthServer(async () => {
    const warning = served?.fault();
    return { ...(await work.readiness()), ...(warning === undefined ? {} : { warning }) };
  });
  const failed = failureOf('health', health);
  health.listen(settings.healthPort, settings.healthHost, () => {
    log('info', 'started', { version, port: settings.healthPort });
    void work.run();
    if (!settings.uninstall) accompany(settings, work, metrics, log);
  });
  return failed;
}

/** What the health server tells of. */
interface Work {
  readonly readiness: () => Promise<Readiness>;
  /** Ends with the first success. */
  readonly run: () => Promise<void>;
}

function keeping(settings: Settings, metrics: Metrics, log: Log): Work {
  const keeper = new Keeper({
    install: () => install(settings, log),
    nodeConfigFile: settings.nodeConfigFile,
    log,
    sleep,
    metrics,
  });
  return { readiness: () => keeper.readiness(), run: () => keeper.run() };
}

async function removal(settings: Settings, log: Log): Promise<Work> {
  const [{ Remover }, { uninstall }] = await Promise.all([
    import('./uninstall/remover.ts'),
    import('./uninstall/uninstall.ts'),
  ]);
  const putBack = () => install(settings, log);
  const remover = new Remover({ uninstall: () => uninstall(settings, putBack), log, sleep });
  return { readiness: () => remover.readiness(), run: () => remover.run() };
}

/** What goes on beside a driver that stays. */
function accompany(settings: Settings, work: Work, metrics: Metrics, log: Log): void {
  const { pluginDirectory, runDirectory, startupTaint } = settings;
  new Follower({ spool: join(runDirectory, 'events'), log, metrics }).start();
  watchDriver(pluginDirectory, driverDirectoryOf(pluginDirectory), () => void work.readiness());
  if (startupTaint) void work.run().then(() => removeStartupTaint(startupTaint, metrics, log));
}

async function removeStartupTaint(
  { taint, server }: NonNullable<Settings['startupTaint']>,
  metrics: Metrics,
  log: Log,
): Promise<void> {
  const [{ untaint }, { removeTaint }, { askApi }] = await Promise.all([
    import('./startup-taint/untaint.ts'),
    import('./startup-taint/remove-taint.ts'),
    import('./kubernetes/api.ts'),
  ]);
  const remove = () => removeTaint(taint, (question) => askApi(server, question));
  await untaint({ remove, log, metrics, sleep });
}
