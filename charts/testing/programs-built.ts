// Before the chart's tests: waits until the programs that they run are built, which `npm test` does meanwhile.
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll } from 'vitest';

const LONGEST_BUILD_MS = 30 * 60_000;
const outcomeFile = process.env['CHART_PROGRAMS'];

beforeAll(async () => {
  // Without `npm test`, a test builds by itself what is missing.
  if (outcomeFile === undefined) return;
  while (!existsSync(outcomeFile)) await delay(200);
  const outcome = readFileSync(outcomeFile, 'utf8');
  if (outcome !== 'built') throw new Error('the programs of the chart’s tests could not be built, see above');
}, LONGEST_BUILD_MS);
