import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { entraRows } from './entra-rows.ts';
import { imdsRows, nmiRows } from './identity-rows.ts';
import { leftByAny } from './node-state.ts';
import { writeRecord } from './record.ts';
import type { Row } from './row.ts';
import { openStage, type Stage } from './stage.ts';
import { vaultRows } from './vault-rows.ts';

const groups: readonly [string, readonly Row[]][] = [
  ['vault', vaultRows],
  ['token endpoint', entraRows],
  ['NMI', nmiRows],
  ['metadata service', imdsRows],
];
const begun = performance.now();
const tried: Record<string, number> = {};
const failed: string[] = [];
let stage: Stage;

beforeAll(async () => {
  stage = await openStage(groups.flatMap(([, rows]) => rows));
});
afterAll(async () => {
  await stage.close();
  writeRecord('faults-of-azure', { tried, failed, begun });
});

// At the same time, as many as the runner takes: most of them wait.
describe.concurrent.each(groups)('a fault of the %s', (group, rows) => {
  test.each(rows.map((row) => [row.name, row] as const))('%s', { timeout: 150_000 }, async (name, row) => {
    tried[group] = (tried[group] ?? 0) + 1;
    onTestFinished(({ task }) => {
      if (task.result?.state === 'fail') failed.push(`${group}: ${name}`);
    });
    await stage.play(row);
  });
});

test('after all of them nothing is left on the node', () => {
  expect(leftByAny()).toEqual([]);
});
