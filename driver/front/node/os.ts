import { processors } from 'front:system';

/** As much of Node's `os` as the driver uses. */
export function availableParallelism(): number {
  return Math.max(1, processors());
}
