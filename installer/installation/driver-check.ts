import { type ExecFileException, execFile } from 'node:child_process';
import * as z from 'zod';
import { InstallFault } from '../fault.ts';

/** kubelet waits for `init` under a lock; one that takes this long is broken. */
const INIT_LIMIT_MILLISECONDS = 10_000;
/** The answer has a hundred. */
const MAX_OUTPUT_BYTES = 64 * 1024;

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
  const { error, output } = await runInit(executable);
  if (String(error?.code) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
    throw fault(`said more than ${MAX_OUTPUT_BYTES} bytes`);
  if (error?.killed) throw fault(`did not answer within ${INIT_LIMIT_MILLISECONDS / 1000} s`);
  if (error?.code === 'EACCES') {
    throw fault(
      'cannot be executed: the node mounts the volume plugin directory noexec, or a security module forbids it',
    );
  }
  if (typeof error?.code === 'number') throw fault(`ended with exit code ${error.code}`);
  if (error) throw fault(`cannot be run (${error.code ?? error.signal ?? 'unknown'})`);
  if (!isAnswer(output)) throw fault(`answered ${JSON.stringify(output.slice(0, 500))}`);
}

function runInit(executable: string): Promise<{ error: ExecFileException | null; output: string }> {
  const options = {
    cwd: '/',
    // The driver needs nothing of the installer's environment, and kubelet's is another one.
    env: {},
    timeout: INIT_LIMIT_MILLISECONDS,
    killSignal: 'SIGKILL',
    maxBuffer: MAX_OUTPUT_BYTES,
  } as const;
  return new Promise((resolve) => {
    execFile(executable, ['init'], options, (error, stdout, stderr) =>
      resolve({ error, output: stdout + stderr }),
    );
  });
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
