import { mkdirSync } from 'node:fs';
import { execa } from 'execa';

/** Mounts something at a directory while `action` runs. */
export async function withMount<T>(
  args: readonly string[],
  directory: string,
  action: () => Promise<T>,
): Promise<T> {
  mkdirSync(directory, { recursive: true });
  await execa('mount', [...args, directory]);
  try {
    return await action();
  } finally {
    await execa('umount', ['-l', directory]);
  }
}
