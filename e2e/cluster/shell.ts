import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from './command.ts';
import { kindProgram } from './programs.ts';
import type { EndToEndState } from './state.ts';

const project = join(import.meta.dirname, '..', '..');
/** What the documents' commands name by a path from the project's root. */
const named = ['charts', 'dist', 'docs'];

/** A shell of somebody who has kubectl, helm and kind in PATH and this cluster in KUBECONFIG. */
export interface AdminShell extends AsyncDisposable {
  /** Where scripts run: as the project's root for what they read, and nothing else in it. */
  readonly directory: string;
  /** `given` are further variables. */
  run(script: string, given?: Readonly<Record<string, string>>): Promise<string>;
}

/** What helm installs trusts the mock’s CA, which in a real cluster nobody needs: Azure’s is known. */
export async function openShell(state: EndToEndState): Promise<AdminShell> {
  const home = await mkdtemp(join(tmpdir(), 'admin-'));
  const [bin, directory] = [join(home, 'bin'), join(home, 'files')];
  await command('mkdir', [bin, directory]);
  for (const name of named) await symlink(join(project, name), join(directory, name));
  await symlink(state.kubectl, join(bin, 'kubectl'));
  await symlink(await kindProgram(), join(bin, 'kind'));
  const authority = join(home, 'ca.pem');
  await writeFile(authority, state.mockAzure.caPem);
  const helm = `#!/bin/sh\n[ "$1" != install ] || set -- "$@" --set-file nodeConfig.caBundle=${authority}\nexec ${state.helm} "$@"\n`;
  await writeFile(join(bin, 'helm'), helm);
  await chmod(join(bin, 'helm'), 0o755);
  return {
    directory,
    run(script, given = {}) {
      const env = {
        ...state.environment,
        ...given,
        PATH: `${bin}:${process.env['PATH']}`,
        KUBECONFIG: state.kubeconfig,
        KIND_CLUSTER_NAME: state.clusterName,
      };
      // a pipe, as scripts open /dev/stdin, which cannot be opened where it is a socket
      const piped = 'echo from standard input | bash -euc "$1"';
      return command('bash', ['-c', piped, 'bash', script], {
        cwd: directory,
        env,
        timeoutSeconds: 200,
      });
    },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true }),
  };
}
