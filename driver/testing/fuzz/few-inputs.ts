import { expect, test } from 'vitest';
import type { Area } from './area.ts';

/** The same inputs each time, so that it is the code that makes a test red; `main.ts` tries others, and many more. */
const SEED = 4711;

/** A test that some hundred hostile inputs are taken as they should be, and that not all were refused. */
export function testFewInputs(area: Area, runs = 500): void {
  test(`hostile input: ${area.name}`, { timeout: 120_000 }, async () => {
    let accepted = 0;
    await area.run({
      seed: SEED,
      runs,
      onOutcome: (outcome) => {
        if (outcome === 'accepted') accepted += 1;
      },
    });
    expect(accepted).toBeGreaterThan(0);
  });
}
