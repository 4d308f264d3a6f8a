#!/opt/keyvault-flexvol/bun
// The program of the DaemonSet's containers. Without arguments it installs the driver on the node, stays, and says how it
// stands; with the argument `agent` it is the node agent. Other arguments are a command of an admin's (commands/table.ts).
import { text } from 'node:stream/consumers';
import { InstallFault } from './fault.ts';
import { jsonLog, type Log } from './log.ts';
import { parseSettings, type Settings } from './settings.ts';

/** Set by the build; sources run as they are have no version. */
declare const __VERSION__: string | undefined;
const version = typeof __VERSION__ === 'string' ? __VERSION__ : 'source';

const [, , ...args] = process.argv;
void start();

function start(): Promise<void> {
  if (args.length === 0) return stay(async (...given) => (await import('./serve.ts')).serve(...given));
  if (args.length === 1 && args[0] === 'agent')
    return stay(async (...given) => (await import('./serve-agent.ts')).serveAgent(...given));
  return answerAdmin();
}

/** Runs one of the containers' programs, which ends with a signal or a fault. */
async function stay(serve: (settings: Settings, version: string, log: Log) => Promise<never>): Promise<void> {
  const log = jsonLog(
    (line) => process.stdout.write(line),
    () => new Date(),
  );
  // The driver stays on the node: pods that run must be unmountable without us.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      log('info', 'ended', { signal });
      process.exit(0);
    });
  }
  try {
    await serve(parseSettings(process.env), version, log);
  } catch (thrown) {
    if (!(thrown instanceof InstallFault)) throw thrown;
    const event = thrown.code === 'SettingsInvalid' ? 'settings-invalid' : 'server-failed';
    log('error', event, { message: thrown.message });
    process.exit(1);
  }
}

async function answerAdmin(): Promise<void> {
  const [{ runCommand }, { commands }] = await Promise.all([
    import('./commands/run-command.ts'),
    import('./commands/table.ts'),
  ]);
  const { output, errors, exitCode } = await runCommand(commands, args, {
    version,
    settings: () => parseSettings(process.env),
    standardInput: () => text(process.stdin),
  });
  await Promise.all([write(process.stdout, output), write(process.stderr, errors)]);
  // A connection or a name that somebody still waits for keeps nobody else waiting.
  process.exit(exitCode);
}

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (text === '') resolve();
    else stream.write(text, () => resolve());
  });
}
