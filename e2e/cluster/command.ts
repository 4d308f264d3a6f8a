import { execa } from 'execa';

export type CommandOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Text given to the child's standard input; without it the child has none. */
  readonly input?: string;
  readonly timeoutSeconds?: number;
  /** For the clean-up, which must run although the run was interrupted. */
  readonly evenIfInterrupted?: boolean;
};

const interruption = new AbortController();

/** Ends every running child and lets no new one start, but those of the clean-up. */
export function interruptCommands(): void {
  interruption.abort();
}

export function interrupted(): boolean {
  return interruption.signal.aborted;
}

/**
 * Runs a child to its end and answers its standard output, without the last newline.
 * A failure throws execa's error, whose message holds the command and both output streams.
 */
export async function command(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const result = await execa(file, args, {
    ...(options.env ? { env: options.env } : {}),
    ...(options.cwd ? { cwd: options.cwd } : {}),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.timeoutSeconds ? { timeout: options.timeoutSeconds * 1000 } : {}),
    ...(options.evenIfInterrupted ? {} : { cancelSignal: interruption.signal }),
    maxBuffer: 200_000_000,
  });
  return result.stdout;
}

/** Runs a child that talks to this process's own terminal; answers its exit code, undefined when a signal ended it. */
export async function shownCommand(
  file: string,
  args: readonly string[],
  options: Pick<CommandOptions, 'env' | 'cwd'>,
): Promise<number | undefined> {
  const result = await execa(file, args, {
    ...options,
    stdio: 'inherit',
    preferLocal: true,
    reject: false,
    cancelSignal: interruption.signal,
  });
  return result.exitCode;
}
