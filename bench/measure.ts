/**
 * Runs one command to its end and writes what it cost to stdout. Run by Bun, which hands on what wait4(2) says of a
 * child, and starts one with less ado than Node:
 *
 *   bun bench/measure.ts <command> [arguments]
 */
declare const Bun: {
  spawnSync(
    command: readonly string[],
    options: { stdout: 'pipe'; stderr: 'pipe'; env: Record<string, string> },
  ): {
    exitCode: number;
    stdout: Uint8Array;
    resourceUsage: { maxRSS: number; cpuTime: { total: number | bigint } };
  };
};

/** What one run of a command cost. */
export interface Measurement {
  /** From before its start until after its end. */
  readonly milliseconds: number;
  /** Time on a CPU, of all its threads and of the children it waited for. */
  readonly cpuMilliseconds: number;
  /**
   * Most memory it had in RAM at once. The kernel counts what the parent had when it started the child as the child's
   * too (fs/exec.c, exec_mmap), so less than Bun itself takes does not show.
   */
  readonly peakBytes: number;
  readonly exitCode: number;
  readonly output: string;
}

function measure(command: readonly string[]): Measurement {
  const begun = performance.now();
  const child = Bun.spawnSync(command, {
    stdout: 'pipe',
    stderr: 'pipe',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  return {
    milliseconds: performance.now() - begun,
    cpuMilliseconds: Number(child.resourceUsage.cpuTime.total) / 1000,
    peakBytes: child.resourceUsage.maxRSS,
    exitCode: child.exitCode,
    output: new TextDecoder().decode(child.stdout),
  };
}

process.stdout.write(JSON.stringify(measure(process.argv.slice(2))));
