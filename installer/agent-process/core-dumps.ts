import { writeFileSync } from 'node:fs';

/** Keeps all memory out of this process's core files, and out of those of what it starts (core(5)). */
export function leaveNothingInCoreDumps(): void {
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // A kernel that dumps no core has no such file.
  }
}
