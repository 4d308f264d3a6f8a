// Builds helm and the programs of the chart's tests with Go, at the same time: they share most of what they import.
import { requireGo } from '../../e2e/cluster/packages.ts';
import { helmProgram } from '../../e2e/cluster/programs.ts';
import { helmDocsProgram, helmUnittestProgram, promtoolProgram } from './programs.ts';

try {
  await requireGo('helm and the programs of the chart’s tests are');
  await Promise.all([helmProgram(), helmUnittestProgram(), helmDocsProgram(), promtoolProgram()]);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
