import type { ExecaError } from 'execa';
import { DriverError } from '../errors.ts';

/** Where `mount` and `umount` are looked for. kubelet needs them on every node for its own volumes. */
const SEARCH_PATH = '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:/run/current-system/sw/bin';

/** Names this driver's tmpfs mounts in /proc/self/mountinfo. */
export const MOUNT_SOURCE = 'keyvault-flexvol';

/** Flags of every mount of a volume; a bind's read-only remount would drop them, so they are named each time. */
const SAFE_FLAGS = 'nosuid,nodev,noexec';

/** Bun gives no code when there is no descriptor for the command's output. */
const NOT_STARTED = 'not started; EMFILE or EAGAIN, as the driver is out of file descriptors or processes';

export interface TmpfsOptions {
  readonly sizeBytes: number;
  readonly rootMode: number;
  readonly noswap: boolean;
  /** SELinux context of all files; undefined where SELinux does not enforce. */
  readonly seLinuxContext: string | undefined;
}

export async function mountTmpfs(directory: string, options: TmpfsOptions): Promise<void> {
  const flags = [SAFE_FLAGS, `size=${options.sizeBytes}`, `mode=${options.rootMode.toString(8)}`];
  if (options.noswap) flags.push('noswap');
  if (options.seLinuxContext !== undefined) flags.push(`context="${options.seLinuxContext}"`);
  await run('mount', ['-t', 'tmpfs', '-o', flags.join(','), MOUNT_SOURCE, directory]);
}

/** `as-source` takes over the flags of the mount that `source` is, in the one step that makes the bind. */
export async function bindMount(
  source: string,
  target: string,
  access: 'ro' | 'rw' | 'as-source',
): Promise<void> {
  const flags = access === 'as-source' ? [] : ['-o', `${access},${SAFE_FLAGS}`];
  await run('mount', ['--bind', ...flags, source, target]);
}

/** `lazy` detaches a mount that is still in use; it goes when the last user does. */
export async function unmountDirectory(directory: string, lazy = false): Promise<void> {
  await run('umount', lazy ? ['-l', directory] : [directory]);
}

async function run(command: string, args: readonly string[]): Promise<void> {
  // Loaded here: an unmount with nothing mounted starts no command.
  const { execa } = await import('execa');
  try {
    await execa(command, args, {
      env: { PATH: SEARCH_PATH, LC_ALL: 'C' },
      extendEnv: false,
      stdin: 'ignore',
      cwd: '/',
      cleanup: false,
    });
  } catch (error) {
    const { code, exitCode, signal, stderr } = error as ExecaError;
    if (code === 'ENOENT' || code === 'EACCES') {
      throw new DriverError(
        'VolumeFailed',
        `the command ${command} is not on this node, or cannot be run (looked in ${SEARCH_PATH})`,
        { cause: error },
      );
    }
    const said = typeof stderr === 'string' ? stderr.trim().slice(0, 300) : '';
    const how = exitCode === undefined ? (signal ?? code ?? NOT_STARTED) : `exit code ${exitCode}`;
    const text = `${command} failed (${how})${said === '' ? '' : `: ${said}`}`;
    throw new DriverError('VolumeFailed', text, { cause: error });
  }
}
