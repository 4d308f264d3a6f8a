import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { execa } from 'execa';

const DIRECTORY = '/run/lab/commands';

/**
 * Runs `action` while another program is what the node has for `mount` or `umount`: bound over the real one, as seen
 * in this mount namespace alone. In a script, `$REAL` is the real one.
 */
export async function withCommand<T>(
  command: 'mount' | 'umount',
  script: string,
  action: () => Promise<T>,
): Promise<T> {
  const path = `/usr/bin/${command}`;
  mkdirSync(DIRECTORY, { recursive: true });
  // The test itself uses the copies, whatever is bound over the originals.
  for (const name of ['mount', 'umount'])
    if (!existsSync(`${DIRECTORY}/${name}`)) copyFileSync(`/usr/bin/${name}`, `${DIRECTORY}/${name}`);
  const substitute = `${DIRECTORY}/substitute-${command}`;
  writeFileSync(substitute, `#!/bin/sh\nREAL=${DIRECTORY}/${command}\n${script}\n`);
  chmodSync(substitute, script === '' ? 0o644 : 0o755);
  await execa(`${DIRECTORY}/mount`, ['--bind', substitute, path]);
  try {
    return await action();
  } finally {
    await execa(`${DIRECTORY}/umount`, ['-l', path]);
  }
}

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
