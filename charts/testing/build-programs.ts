// Builds helm and the programs of the chart's tests with Go, before `npm test` enters the lab, which has no network.
import { requireGo } from '../../e2e/cluster/packages.ts';
import { helmProgram } from '../../e2e/cluster/programs.ts';
import { helmDocsProgram, helmUnittestProgram, promtoolProgram } from './programs.ts';

try {
  await requireGo('helm and the programs of the chart’s tests are');
  await helmProgram();
  await helmUnittestProgram();
  await helmDocsProgram();
  await promtoolProgram();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
