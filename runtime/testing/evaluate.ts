import { join } from 'node:path';
import { execa } from 'execa';

const RUNTIME = join(import.meta.dirname, '..');

let program: Promise<string> | undefined;

/**
 * Builds the program that evaluates an ES module of a file with all native modules (runtime/host/testing/evaluate.rs), for
 * the build machine and with its C compiler. cargo builds only what changed.
 * @returns its file
 */
export function evaluateProgram(): Promise<string> {
  program ??= build();
  return program;
}

async function build(): Promise<string> {
  await execa('cargo', ['build', '--quiet', '--locked', '--package', 'kv', '--example', 'evaluate'], {
    cwd: RUNTIME,
    stderr: ['pipe', 'inherit'],
  });
  return join(RUNTIME, 'target/debug/examples/evaluate');
}
