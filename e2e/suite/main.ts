/**
 * `npm test`: everything that runs without a cluster. With arguments, which Vitest gets as they are, just the tests that
 * they select, and before them only what those tests need.
 *
 *   npm test                              checks, build, all tests
 *   npm test -- rotation                  test files whose path contains "rotation"
 *   npm test -- gets a new version        tests whose name contains these words, when no path contains them
 *   npm test -- --project unit -t 'glob'  Vitest's own options
 */
import { execa } from 'execa';
import { ChartPrograms } from './chart-programs.ts';
import { select } from './selection.ts';

const words = process.argv.slice(2);
const begun = performance.now();
const isWhole = words.length === 0;
const { vitestArguments, needsBuild, needsChartPrograms } = isWhole
  ? { vitestArguments: [], needsBuild: true, needsChartPrograms: true }
  : await select(words);

// Go builds them meanwhile, with the lowest priority; the chart's tests come last and wait for them.
const programs = needsChartPrograms ? ChartPrograms.begin() : undefined;
try {
  if (isWhole) await run('npm', 'run', '--silent', 'check');
  if (needsBuild) await run('npm', 'run', '--silent', 'build');
  await run(process.execPath, 'e2e/lab/enter.ts', 'vitest', 'run', ...vitestArguments);
  await programs?.finished;
} catch {
  // The command that failed has said why.
  process.exitCode = 1;
} finally {
  programs?.end();
}
console.log(`npm test took ${Math.round((performance.now() - begun) / 1000)} s`);

async function run(command: string, ...args: string[]): Promise<void> {
  const env = programs === undefined ? {} : { CHART_PROGRAMS: programs.outcomeFile };
  await execa(command, args, { stdio: 'inherit', preferLocal: true, env });
}
