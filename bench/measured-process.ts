import { execa } from 'execa';
import type { Measurement } from './measure.ts';

const bun = `node_modules/@oven/bun-linux-${process.arch === 'arm64' ? 'aarch64' : 'x64-baseline'}/bin/bun`;

/**
 * Runs a whole process and tells what it cost.
 * @throws when it did not end with exit code 0
 */
export async function measuredProcess(command: string, args: readonly string[] = []): Promise<Measurement> {
  const { stdout } = await execa(bun, ['--smol', `${import.meta.dirname}/measure.ts`, command, ...args]);
  const measurement = JSON.parse(stdout) as Measurement;
  if (measurement.exitCode !== 0) throw new Error(`${command} ended with exit code ${measurement.exitCode}`);
  return measurement;
}
