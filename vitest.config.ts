import { defineConfig } from 'vitest/config';
import { labOfEachFile } from './e2e/lab/pool.ts';

const LABS = Number(process.env['LABS'] ?? 4);

/** Run inside the lab (`node e2e/lab/enter.ts vitest run`), as `npm test` does. */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{driver,installer,image,charts,docs,bench,e2e/mock,e2e/lab,e2e/cluster,e2e/real}/**/*.test.ts',
          ],
          exclude: ['bench/kubelet/**'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          // The built executable, called as kubelet calls it; its mock of Azure needs Azure's own ports.
          name: 'contract',
          include: ['e2e/contract/**/*.test.ts'],
          exclude: ['e2e/contract/agent*.test.ts'],
          pool: labOfEachFile(),
          maxWorkers: LABS,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          // What the driver reads through the node agent must be the same, bytes and faults: the same tests once more.
          name: 'by-agent',
          env: { READ_BY: 'agent' },
          include: [
            'e2e/contract/{agent,agent-memory,client-certificate,clouds,forms,identities,matrix,objects,objects-option,policy,selections,tenant-discovery,vaults,workload-identity}.test.ts',
            'e2e/contract/faults/azure.test.ts',
          ],
          pool: labOfEachFile(),
          maxWorkers: LABS,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
