import { expect, test } from 'vitest';
import { evaluateProgram } from '../testing/evaluate.ts';
import { checkStarving, checkSystemCalls } from './system-calls.ts';

const allWell = { lines: ['N checks, 0 failed'], exitCode: 0 };
test('system calls answer as system.d.ts says', { timeout: 600_000 }, async () => {
  expect(await checkSystemCalls(evaluateProgram)).toEqual(allWell);
});

test('without memory they throw', { timeout: 600_000 }, async () => {
  expect(await checkStarving(evaluateProgram)).toEqual(allWell);
});
