import { afterEach } from 'vitest';
import { dumpLogs } from './logs.ts';
import { readState } from './state.ts';

// Registered for every case by vitest.e2e.config.ts. It runs before the case's own clean-up removes its pods.
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await dumpLogs(readState(), task.name);
});
