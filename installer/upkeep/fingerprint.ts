import { stat } from 'node:fs/promises';
import { systemErrorCode } from '../fault.ts';

/**
 * Tells cheaply whether a file is still the one it was: inode, size, mode and the time of its last change, or
 * the error when it cannot be looked at.
 */
export async function fingerprint(path: string): Promise<string> {
  try {
    const { ino, size, mode, ctimeMs } = await stat(path);
    return `${ino}:${size}:${mode}:${ctimeMs}`;
  } catch (error) {
    return systemErrorCode(error);
  }
}
