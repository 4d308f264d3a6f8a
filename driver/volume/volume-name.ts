import { createHash } from 'node:crypto';

/**
 * What a volume is called below the run directory: of SHA-256 of its target the first 128 bits, in hexadecimal. Volumes
 * outlive the driver that mounted them, so this is for good.
 */
export function volumeName(target: string): string {
  return createHash('sha256').update(target).digest('hex').slice(0, 32);
}
