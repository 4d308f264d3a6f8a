import * as system from 'runtime:system';

/** As much of Node's `os` as the driver uses. */
export function availableParallelism(): number {
  return system.processors();
}
