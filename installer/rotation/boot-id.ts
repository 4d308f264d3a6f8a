import { readFileSync } from 'node:fs';

/** Of the node's present start: it stays while the node runs, and no other node has it. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
