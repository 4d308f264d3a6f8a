import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestModule, type TestSpecification } from 'vitest/node';
import { type CaseFile, planCases, readCases } from './e2e/cluster/case-plan.ts';
import { runsAllCases } from './e2e/cluster/versions.ts';
import { realAzure } from './e2e/real/environment.ts';

/** Groups in their order; within a group by name, as the case that uninstalls the product must be the last one. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const groupOf = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    return files.toSorted((a, b) => groupOf(a) - groupOf(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

/** Prints at the end how long each file took, the longest first. */
const durations = {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const files = modules.map((file) => ({
      name: file.relativeModuleId,
      seconds: file.diagnostic().duration / 1000,
    }));
    const lines = files
      .toSorted((a, b) => b.seconds - a.seconds)
      .map(({ name, seconds }) => `  ${seconds.toFixed(1).padStart(7)} s  ${name}`);
    process.stdout.write(`\nTime of each file:\n${lines.join('\n')}\n`);
  },
};

/** Case files that run at the same time. They wait more than they work, and two cores serve so many. */
const filesAtOnce = 8;

// biome-ignore lint/style/noProcessEnv: how `e2e/run.ts` passes on what was asked for
const { KVFV_BENCH: measures, E2E_PATTERNS: patterns, E2E_CLUSTER: cluster } = process.env;
const { clusters } = planCases(readCases(join(import.meta.dirname, 'e2e/cases')), {
  patterns: patterns ? (JSON.parse(patterns) as string[]) : [],
  runsAll: runsAllCases,
  isOneCluster: cluster === undefined,
});
const plan = clusters.find(({ name }) => name === (cluster ?? 'first')) ?? { sideBySide: [], alone: [] };
const titled = (title: string): string => (cluster === undefined ? title : `${cluster}, ${title}`);

const shared = {
  setupFiles: ['e2e/cluster/logs-of-failures.ts'],
  // What a case waits for has a limit of its own, which says what was missing; these only end what hangs.
  testTimeout: 600_000,
  hookTimeout: 400_000,
};

/** From the project's root, where no character has a meaning for the search of files. */
const pathOf = ({ name }: CaseFile): string => `e2e/cases/${name}.test.ts`;

/** `hooks`: in order of definition, so that logs are taken before a case's own hooks remove its pods. */
const inGroup = (groupOrder: number) => ({ hooks: 'list', groupOrder }) as const;

/** The cases against a kind cluster; `e2e/run.ts` makes the cluster and runs them. */
// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    sequence: { sequencer: ByName },
    reporters: ['verbose', durations],
    projects:
      measures === undefined
        ? [
            {
              test: {
                ...shared,
                name: titled('side by side'),
                include: plan.sideBySide.map(pathOf),
                // With real vaults some cases change the nodes' hosts files.
                maxWorkers: realAzure() === undefined ? filesAtOnce : 1,
                sequence: inGroup(0),
              },
            },
            {
              test: {
                ...shared,
                name: titled('alone'),
                include: plan.alone.map(pathOf),
                fileParallelism: false,
                sequence: inGroup(1),
              },
            },
          ]
        : [
            {
              test: {
                ...shared,
                name: 'bench',
                include: ['bench/kubelet/**/*.test.ts'],
                fileParallelism: false,
                sequence: inGroup(0),
              },
            },
          ],
  },
});
