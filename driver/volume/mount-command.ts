import type { ExecaError } from 'execa';
import { DriverError } from '../errors.ts';
import { MOUNT_SOURCE, type Mounts, tmpfsData } from './mounts.ts';
import { expectMountAt } from './own-mounts.ts';

/** Where `mount` and `umount` are looked for. kubelet needs them on every node for its own volumes. */
const SEARCH_PATH = '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:/run/current-system/sw/bin';

/** A bind's read-only remount would drop them, so they are named each time. */
const SAFE_FLAGS = 'nosuid,nodev,noexec';

/** Bun gives no code when there is no descriptor for the command's output. */
const NOT_STARTED = 'not started; EMFILE or EAGAIN, as the driver is out of file descriptors or processes';

/**
 * Mounts by the commands mount(8) and umount(8), where the system calls cannot be made: when Node runs the bundle, and
 * on a node that forbids code made at run time.
 */
export const commandMounts: Mounts = {
  async tmpfs(directory, options) {
    const flags = [SAFE_FLAGS, tmpfsData(options)].join(',');
    await run('mount', ['-t', 'tmpfs', '-o', flags, MOUNT_SOURCE, directory]);
    // A command that says yes and does nothing would start the pod with an empty directory.
    expectMountAt(directory);
  },
  async bind(source, target, access) {
    const flags = access === 'as-source' ? [] : ['-o', `ro,${SAFE_FLAGS}`];
    await run('mount', ['--bind', ...flags, source, target]);
  },
  async unmount(directory, lazy) {
    await run('umount', lazy ? ['-l', directory] : [directory]);
  },
};

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
