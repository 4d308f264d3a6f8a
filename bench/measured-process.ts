import { execa } from 'execa';

/** What one run of a command cost. */
export interface Measurement {
  /** From before its start until after its end. */
  readonly milliseconds: number;
  /** Time on a CPU, of all its threads and of the children it waited for. */
  readonly cpuMilliseconds: number;
  /** Most memory it, or a child of it, had in RAM at once, by the kernel's own account (getrusage(2), ru_maxrss). */
  readonly peakBytes: number;
}

/**
 * Runs a call-out as a whole process and tells what it cost.
 * @param launch the program of bench/native/launch.c
 * @throws when it answers anything but success
 */
export async function measuredCallOut(launch: string, command: readonly string[]): Promise<Measurement> {
  const { stdout, stderr } = await execa(launch, command);
  const { exitCode, ...measurement } = JSON.parse(stderr) as Measurement & { exitCode: number };
  const answer = JSON.parse(stdout || '{}') as { status?: string; message?: string };
  if (exitCode !== 0 || answer.status !== 'Success') {
    throw new Error(`${command[0]} ${command[1]} ended with ${exitCode} and: ${answer.message ?? stdout}`);
  }
  return measurement;
}
