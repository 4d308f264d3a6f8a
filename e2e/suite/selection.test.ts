import { expect, test } from 'vitest';
import { select } from './selection.ts';

const patient = { timeout: 300_000 };

test.each([
  [['driver/keyvault/glob.test.ts'], { needsBuild: false, needsChartPrograms: false }],
  [['e2e/contract/clouds', 'charts/testing/chart'], { needsBuild: true, needsChartPrograms: true }],
  [['--project', 'unit'], { needsBuild: false, needsChartPrograms: false }],
] as const)('what %j selects needs %j', patient, async (words, needs) => {
  expect(await select(words)).toMatchObject({ ...needs, vitestArguments: words });
});

test('words that are in no path are part of a test’s name', patient, async () => {
  const words = ['gets a new version of', 'its secret'];
  expect(await select(words)).toMatchObject({
    vitestArguments: [
      expect.stringMatching(/e2e\/contract\/rotation\.test\.ts$/),
      '--testNamePattern',
      words.join(' '),
    ],
    needsBuild: true,
  });
});
