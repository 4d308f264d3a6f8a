import { defineConfig } from 'vitest/config';

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
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
