import { execa } from 'execa';
import * as z from 'zod';
import { InstallFault } from '../fault.ts';

/** kubelet waits for `init` under a lock; one that takes this long is broken. */
const INIT_LIMIT_MILLISECONDS = 10_000;

const answerSchema = z.object({
  status: z.literal('Success'),
  capabilities: z.object({ attach: z.literal(false) }),
});

/**
 * Runs the installed driver's `init` as kubelet does, stdout and stderr together (pkg/volume/flexvolume/
 * driver-call.go, CombinedOutput), and checks that it answers success without attach.
 * @throws InstallFault `DriverInitFailed`
 */
export async function checkDriver(executable: string): Promise<void> {
  const result = await execa(executable, ['init'], {
    all: true,
    reject: false,
    timeout: INIT_LIMIT_MILLISECONDS,
    cwd: '/',
    // The driver needs nothing of the installer's environment, and kubelet's is another one.
    env: {},
    extendEnv: false,
  });
  if (result.timedOut) throw fault(`did not answer within ${INIT_LIMIT_MILLISECONDS / 1000} s`);
  if (result.code === 'EACCES') {
    throw fault(
      'cannot be executed: the node mounts the volume plugin directory noexec, or a security module forbids it',
    );
  }
  if (result.exitCode === undefined)
    throw fault(`cannot be run (${result.code ?? result.signal ?? 'unknown'})`);
  if (result.exitCode !== 0) throw fault(`ended with exit code ${result.exitCode}`);
  if (!isAnswer(result.all)) throw fault(`answered ${JSON.stringify(result.all.slice(0, 500))}`);
}

function isAnswer(output: string): boolean {
  try {
    return answerSchema.safeParse(JSON.parse(output)).success;
  } catch {
    return false;
  }
}

function fault(what: string): InstallFault {
  return new InstallFault('DriverInitFailed', `the installed driver's "init" ${what}`);
}
