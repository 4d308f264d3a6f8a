// Builds helm and the programs of the chart's tests with Go: downloads at the same time, builds one after the other.
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
