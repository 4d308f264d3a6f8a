import * as system from 'runtime:system';
import { readFileSync } from './fs-files.ts';

/** As much of Node's `os` as the sources use. */
export { networkInterfaces } from './network-interfaces.ts';

export function availableParallelism(): number {
  return system.processors();
}

/** Seconds since the node started. */
export function uptime(): number {
  return Number.parseFloat(readFileSync('/proc/uptime', 'utf8'));
}
