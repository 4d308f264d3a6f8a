import { copyFile, mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { buildMachineArch } from '../../image/arch.ts';
import { locateToolchain } from '../../image/executable/toolchain.ts';
import { cacheDir, distDir, projectDir } from '../../image/project.ts';

/** By `npm run check:sanitizer`, which has its own. */
const otherProgram = process.env['EVALUATE_PROGRAM'];
export const isSanitized = otherProgram !== undefined;

/**
 * The program that evaluates an ES module of a file with all native modules (runtime/host/testing/evaluate.rs), for the
 * build machine. `buildEvaluateProgram` makes it, unless EVALUATE_PROGRAM names another.
 */
export const evaluateProgram = otherProgram ?? join(distDir, 'testing/evaluate');

/** cargo compiles only what changed; a bare machine takes minutes. */
export async function buildEvaluateProgram(): Promise<void> {
  if (otherProgram !== undefined) return;
  const { target, developmentEnvironment: env } = await locateToolchain(
    projectDir,
    cacheDir,
    buildMachineArch(),
  );
  await execa(
    'cargo',
    ['build', '--quiet', '--locked', '--target', target, '--package', 'kv', '--example', 'evaluate'],
    { cwd: join(projectDir, 'runtime'), env, stderr: ['pipe', 'inherit'] },
  );
  // Of another checkout it may be another program by the time that a test runs it.
  const built = join(env['CARGO_TARGET_DIR'] ?? '', target, 'debug/examples/evaluate');
  await mkdir(dirname(evaluateProgram), { recursive: true });
  await copyFile(built, `${evaluateProgram}.new`);
  await rename(`${evaluateProgram}.new`, evaluateProgram);
}
