import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

export interface AzureProcess {
  /** Certificate of the authority that its hosts' certificates come from. */
  readonly caPem: string;
  /** Where its control is (e2e/mock/README.md). */
  readonly control: string;
  readonly pid: number;
  /** The requests it has served so far, for people. */
  requests(): Promise<string>;
  stop(): Promise<void>;
}

const CONTROL = '127.0.0.1:8090';
const ADDRESSES = ['--tls', '127.0.0.1:443', '--nmi', '127.0.0.1:2579', '--imds', '169.254.169.254:80'];

/** Starts the mock of Azure in a process of its own, at Azure's own ports; `directory` gets its certificates. */
export async function startAzure(directory: string): Promise<AzureProcess> {
  const tlsDirectory = join(directory, 'azure');
  const main = join(import.meta.dirname, '..', 'mock', 'main.ts');
  const args = [main, ...ADDRESSES, '--control', CONTROL, '--tls-dir', tlsDirectory];
  const child = execa(process.execPath, args, { stdin: 'ignore', stderr: 'inherit' });
  // Its first line says that it listens; should it end before, that fails the caller.
  await Promise.race([once(child.stdout, 'data'), child]);
  const { pid } = child;
  if (pid === undefined) throw new Error('the mock of Azure could not be started');
  return {
    pid,
    control: `http://${CONTROL}`,
    caPem: await readFile(join(tlsDirectory, 'ca.pem'), 'utf8'),
    async requests() {
      const counts = await (await fetch(`http://${CONTROL}/counts`)).json();
      const { byRole } = counts as { byRole: Record<string, number> };
      return `${byRole['entra'] ?? 0} request for a token and ${byRole['vault'] ?? 0} for objects`;
    },
    async stop() {
      child.kill('SIGTERM');
      await child.catch(() => undefined);
    },
  };
}
