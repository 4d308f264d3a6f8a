import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** By name: the case that uninstalls the product must be the last one. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => a.moduleId.localeCompare(b.moduleId));
  }
}

// biome-ignore lint/style/noProcessEnv: how `e2e/run.ts --bench` asks for the measurements
const measures = process.env['KVFV_BENCH'] !== undefined;

/** The cases against a kind cluster; `e2e/run.ts` makes the cluster and runs them. */
// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    include: [measures ? 'bench/kubelet/**/*.test.ts' : 'e2e/cases/**/*.test.ts'],
    setupFiles: ['e2e/cluster/logs-of-failures.ts'],
    fileParallelism: false,
    // hooks in order of definition, so that logs are taken before a case's own hooks remove its pods
    sequence: { sequencer: ByName, hooks: 'list' },
    // What a case waits for has a limit of its own, which says what was missing; these only end what hangs.
    testTimeout: 600_000,
    hookTimeout: 400_000,
    reporters: ['verbose'],
  },
});
