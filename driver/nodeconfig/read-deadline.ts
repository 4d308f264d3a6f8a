import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEADLINE_SECONDS, NODE_CONFIG_FILE } from './file.ts';

/**
 * Reads how long a mount may take from the node configuration beside the driver, and nothing else of it: the node agent
 * checks and applies the rest.
 * @returns seconds; undefined where the file does not tell, or is not right: whoever loads all of it says what is wrong
 */
export function readDeadline(driverDirectory: string): number | undefined {
  try {
    const config: unknown = JSON.parse(readFileSync(join(driverDirectory, NODE_CONFIG_FILE), 'utf8'));
    const { deadlineSeconds: seconds } = config as { deadlineSeconds?: unknown };
    const { min, max } = DEADLINE_SECONDS;
    return typeof seconds === 'number' && seconds >= min && seconds <= max ? seconds : undefined;
  } catch {
    return undefined;
  }
}
