import type { Command, CommandContext, CommandResult } from './command.ts';

/**
 * Runs the command that the arguments begin with. Each command takes `--help` and `--version`. Without a command, or with an unknown one, it says which there are: with `help`
 * or `--help` as an answer, else as a fault, which ends with 2.
 */
export async function runCommand(
  commands: readonly Command[],
  args: readonly string[],
  context: CommandContext,
): Promise<CommandResult> {
  for (const command of commands) {
    const words = command.name.split(' ');
    if (words.every((word, index) => args[index] === word)) {
      const rest = args.slice(words.length);
      return (await answerOf(rest, command, context)) ?? command.run(rest, context);
    }
  }
  if (args[0] === '--version') return said(versionOf(context));
  const usage = usageOf(commands);
  if (['help', '--help', '-h'].includes(args[0] ?? '')) return said(usage);
  return { output: '', errors: `installer: there is no command ${quoted(args)}\n\n${usage}`, exitCode: 2 };
}

/** Undefined where the command itself is to answer. */
async function answerOf(
  args: readonly string[],
  { usage }: Command,
  context: CommandContext,
): Promise<CommandResult | undefined> {
  if (args.includes('--help') || args[0] === '-h') return said(`Usage: installer ${await usage()}\n`);
  return args.includes('--version') ? said(versionOf(context)) : undefined;
}

function versionOf({ version }: CommandContext): string {
  return `keyvault-flexvol ${version}\n`;
}

function said(output: string): CommandResult {
  return { output, errors: '', exitCode: 0 };
}

function usageOf(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`);
  return `Usage: installer <command> …\n\n${lines.join('')}\n"installer <command> --help" explains a command, "installer --version" says the version. Without a command it is the program of the DaemonSet, and with "agent" the one of its second container.\n`;
}

/** As much as could be a command's name; options may hold what is nobody's business. */
function quoted(args: readonly string[]): string {
  const firstOption = args.findIndex((arg) => arg.startsWith('-'));
  const words = args.slice(0, firstOption < 0 ? 2 : Math.min(2, firstOption));
  return JSON.stringify(words.join(' ').slice(0, 100));
}
