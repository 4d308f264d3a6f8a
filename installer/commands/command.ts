import type { Settings } from '../settings.ts';

/** What a command says, and the exit code it ends with. */
export interface CommandResult {
  /** For standard output, ended by a newline where it is not empty. */
  readonly output: string;
  /** For standard error, the same. */
  readonly errors: string;
  readonly exitCode: number;
}

/** What a command may use of the process that runs it. */
export interface CommandContext {
  /** Of the image. */
  readonly version: string;
  /** What the pod specification says. @throws InstallFault `SettingsInvalid` */
  readonly settings: () => Settings;
  /** Reads standard input to its end. */
  readonly standardInput: () => Promise<string>;
}

/** What an admin can have the installer do beside its work: `kubectl exec ds/keyvault-flexvol -- installer <name> …` */
export interface Command {
  /** One word or more. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` says: the name with its arguments, and what they mean; without a newline at its end. */
  readonly usage: () => Promise<string>;
  readonly run: (args: readonly string[], context: CommandContext) => Promise<CommandResult>;
}
