#!/opt/keyvault-flexvol/kv
// The program of the DaemonSet: installs the driver on the node, stays, and says how it stands.
// With the arguments "policy test …" it explains the node's policy instead, and ends.
import type { Server } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Follower } from './events/follow.ts';
import { InstallFault, systemErrorCode } from './fault.ts';
import { createHealthServer } from './health.ts';
import { install } from './install.ts';
import { Keeper } from './keeper.ts';
import { jsonLog } from './log.ts';
import { Metrics } from './metrics/metrics.ts';
import { createMetricsServer } from './metrics/metrics-server.ts';
import { driverDirectoryOf } from './plugin-directory.ts';
import { testPolicy } from './policy/policy-test.ts';
import { usage } from './policy/question.ts';
import { parseSettings, type Settings } from './settings.ts';
import { runTranslate } from './translate/command.ts';
import { watchDriver } from './watch-driver.ts';

/** Set by the build; sources run as they are have no version. */
declare const __VERSION__: string | undefined;
const version = typeof __VERSION__ === 'string' ? __VERSION__ : 'source';

const log = jsonLog(
  (line) => process.stdout.write(line),
  () => new Date(),
);

const [, , ...command] = process.argv;

// The driver stays on the node: pods that run must be unmountable without us.
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    log('info', 'ended', { signal });
    process.exit(0);
  });
}

if (command.length === 0) start(settingsOrExit());
else if (command[0] === 'translate') void runTranslation(command.slice(1));
else void runCommand(command);

function settingsOrExit(): Settings {
  try {
    return parseSettings(process.env);
  } catch (thrown) {
    if (!(thrown instanceof InstallFault)) throw thrown;
    log('error', 'settings-invalid', { message: thrown.message });
    process.exit(1);
  }
}

function start(settings: Settings): void {
  const metrics = new Metrics(version, settings.runDirectory);
  const keeper = new Keeper({
    install: () => install(settings, log),
    nodeConfigFile: settings.nodeConfigFile,
    log,
    sleep: (milliseconds) => sleep(milliseconds),
    metrics,
  });
  new Follower({ spool: join(settings.runDirectory, 'events'), log, metrics }).start();
  if (settings.metricsPort !== undefined) {
    endOnError('metrics', createMetricsServer(metrics.registry)).listen(settings.metricsPort);
  }
  const server = endOnError(
    'health',
    createHealthServer(() => keeper.readiness()),
  );
  server.listen(settings.healthPort, () => {
    log('info', 'started', { version, port: settings.healthPort });
    void keeper.run();
    const { pluginDirectory } = settings;
    watchDriver(pluginDirectory, driverDirectoryOf(pluginDirectory), () => void keeper.readiness());
    if (settings.agent) void runAgent(settings);
  });
}

async function runTranslation(args: readonly string[]): Promise<void> {
  const { output, errors, exitCode } = await runTranslate(args, () => text(process.stdin));
  process.stdout.write(output);
  process.stderr.write(errors);
  process.exitCode = exitCode;
}

function endOnError(name: string, server: Server): Server {
  return server.on('error', (error) => {
    log('error', `${name}-server-failed`, { message: error.message });
    process.exit(1);
  });
}

/** Without it the driver reads by itself, so a node on which it cannot run is none the worse. */
async function runAgent({ runDirectory, pluginDirectory }: Settings): Promise<void> {
  try {
    const { startAgent } = await import('./agent/main.ts');
    await startAgent({ runDirectory, driverDirectory: driverDirectoryOf(pluginDirectory), version, log });
  } catch (error) {
    log('error', 'agent-failed', { code: systemErrorCode(error), runDirectory });
  }
}

async function runCommand([group, name, ...args]: readonly string[]): Promise<void> {
  const known = group === 'policy' && name === 'test';
  const { text: said, exitCode } = known
    ? await testPolicy(args, settingsOrExit().pluginDirectory, () => text(process.stdin))
    : { text: `Usage: ${usage}`, exitCode: 2 };
  process[exitCode === 2 ? 'stderr' : 'stdout'].write(`${said}\n`);
  process.exitCode = exitCode;
}
