import { expect, inject, test } from 'vitest';
import type { Area } from './area.ts';

/** How many times the inputs a long run (`npm run test:long`) tries; `main.ts` tries still more. */
const LONG = 20;

/** A test that some hundred hostile inputs of this run's seed are taken as they should be, and that not all were refused. */
export function testFewInputs(area: Area, runs = 500): void {
  test(`hostile input: ${area.name}`, { timeout: 600_000 }, async () => {
    let accepted = 0;
    await area.run({
      seed: inject('seed'),
      runs: inject('isLong') ? LONG * runs : runs,
      onOutcome: (outcome) => {
        if (outcome === 'accepted') accepted += 1;
      },
    });
    expect(accepted).toBeGreaterThan(0);
  });
}
