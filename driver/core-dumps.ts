import { writeFileSync } from 'node:fs';

/** Of a crash a core dump would take secrets and tokens to the node's disk: none of memory is in it (core(5)). */
export function leaveNothingInCoreDumps(): void {
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // A kernel that dumps no core has no such file.
  }
}
