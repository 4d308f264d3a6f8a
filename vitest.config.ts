import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { labOfEachFile } from './e2e/lab/pool.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Chooses the samples of a run: hostile inputs, points of kills. */
    readonly seed: number;
    /** Whether tests that take samples try everything, or much more (`npm run test:long`). */
    readonly isLong: boolean;
  }
}

// biome-ignore lint/style/noProcessEnv: how `npm run test:long` and `.ci/run` choose
const { CI, KV_TEST_LABS, KV_TEST_LONG, KV_TEST_SEED } = process.env;

/** The same everywhere, so that it is the code that makes a test red; in CI another each day. */
const seed = Number(KV_TEST_SEED ?? (CI === undefined ? 4711 : Math.floor(Date.now() / 86_400_000)));
// biome-ignore lint/suspicious/noConsole: a failure has to be repeatable
console.error(`seed of the samples: ${seed} (KV_TEST_SEED=${seed} repeats this run)`);

/** Labs at the same time: most of a contract test is waiting, and six of them keep two cores busy (1.8 of 2 measured). */
const labs = Number(KV_TEST_LABS ?? 6);

/** Tests of what is in `dist`. */
const ofTheBuild = ['image/**/*.test.ts', 'runtime/**/*.test.ts', 'installer/translate/command.test.ts'];

/** Tests with an attacker of another user. Only root can start one: a user's own lab has no users but that one. */
const withOtherUsers = ['e2e/contract/{arguments-hidden,attack,forged-token}.test.ts'];
const hasOtherUsers = Number(/(\d+)\n/.exec(readFileSync('/proc/self/uid_map', 'utf8'))?.[1]) > 1000;
const needRoot = hasOtherUsers || CI !== undefined ? [] : withOtherUsers;
// biome-ignore lint/suspicious/noConsole: nobody is to take them for passed
if (needRoot.length > 0) console.error(`left out, as only root can run them: ${needRoot.join(' ')}`);

/** In the lab `/run` is in memory: tests that write and sync files do not wait for a disk. */
const temporary = '/run/lab/temporary';
const inMemory = existsSync('/run/lab') ? { TMPDIR: temporary } : {};
if (existsSync('/run/lab')) mkdirSync(temporary, { recursive: true });

/** A worker of these runs one file after the other, and loads only once what files have in common. */
const inTurn = {
  isolate: false,
  maxWorkers: 2,
  env: inMemory,
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

/** A contract test file has a lab of its own. Its limits end what hangs; on a busy machine everything takes longer. */
const inLabs = {
  pool: labOfEachFile(),
  maxWorkers: labs,
  sequence: { groupOrder: 1 },
  testTimeout: 180_000,
  hookTimeout: 180_000,
  // Of `describe.concurrent`: faults that wait for a time-out.
  maxConcurrency: 12,
};

/** Run inside the lab (`node e2e/lab/enter.ts vitest run`), as `npm test` does. */
export default defineConfig({
  test: {
    reporters: ['default'],
    // A poll ends as soon as it sees what it waits for; this only ends what never comes.
    expect: { poll: { timeout: 60_000 } },
    provide: { seed, isLong: KV_TEST_LONG !== undefined },
    projects: [
      {
        // The sources: needs no build.
        extends: true,
        test: {
          ...inTurn,
          name: 'unit',
          include: [
            '{driver,installer,runtime,docs,bench,e2e/mock,e2e/lab,e2e/suite,e2e/cluster,e2e/real}/**/*.test.ts',
          ],
          exclude: ['bench/kubelet/**', ...ofTheBuild],
        },
      },
      {
        // What the build made.
        extends: true,
        test: {
          ...inTurn,
          name: 'build',
          include: ofTheBuild,
          globalSetup: ['runtime/testing/programs-built.ts'],
        },
      },
      {
        // The built executable, called as kubelet calls it; its mock of Azure needs Azure's own ports.
        extends: true,
        test: {
          ...inLabs,
          name: 'contract',
          include: ['e2e/contract/**/*.test.ts'],
          exclude: ['e2e/contract/agent*.test.ts', ...needRoot],
        },
      },
      {
        // What the driver reads through the node agent must be the same, bytes and faults: the same tests once more.
        extends: true,
        test: {
          ...inLabs,
          name: 'by-agent',
          env: { READ_BY: 'agent' },
          include: [
            'e2e/contract/{agent,agent-memory,agent-renewal,client-certificate,clouds,forms,identities,matrix,objects,objects-option,policy,selections,tenant-discovery,vaults,workload-identity}.test.ts',
            'e2e/contract/faults/azure.test.ts',
          ],
        },
      },
      {
        // The last: Go builds the programs that these tests run while the others run.
        extends: true,
        test: {
          name: 'chart',
          include: ['charts/**/*.test.ts'],
          setupFiles: ['charts/testing/programs-built.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
