import { writeFileSync } from 'node:fs';

/**
 * Keeps all memory out of core files, for the commands that this process starts too (core(5)). The executable has already
 * forbidden its own core files when this runs (driver/front/native/begin.c).
 */
export function leaveNothingInCoreDumps(): void {
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // A kernel that dumps no core has no such file.
  }
}
