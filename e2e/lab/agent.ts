import { existsSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import type { Kubelet } from './kubelet.ts';

const RUN_DIRECTORY = '/run/keyvault-flexvol';
const SOCKET = join(RUN_DIRECTORY, 'agent/agent.sock');
const HEALTH_PORT = 9808;

/** Mounts come from the node and none go there; other processes are not seen; two capabilities of root. */
const APART = [
  ...['unshare', '--mount', '--propagation', 'slave', '--pid', '--fork', '--kill-child', '--mount-proc'],
  ...['setpriv', '--bounding-set', '-all,+chown,+dac_override', '--inh-caps', '-all', '--no-new-privs'],
];

/** The node agent as a process, as the image's entry point runs it. */
export interface Agent {
  readonly pid: number;
  /** What it wrote: JSON lines. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/**
 * Runs the agent for this kubelet's driver, and makes sure that nothing can be read without it: where the queue of
 * mounts that read by themselves has its directory there is a file, so whatever succeeds went through the agent.
 * With `apart` it has the container's namespaces and capabilities. Unless `environment` says otherwise it remembers nothing, as most tests look at what is read.
 */
export async function startAgent(
  kubelet: Kubelet,
  {
    aloneCanRead = false,
    apart = false,
    environment = { AGENT_MEMORY: 'off' } as Readonly<Record<string, string>>,
  } = {},
): Promise<Agent> {
  const driverDirectory = dirname(kubelet.driver);
  const desired = join(driverDirectory, '.desired.json');
  await copyFile(join(driverDirectory, '.config.json'), desired);
  mkdirSync(RUN_DIRECTORY, { recursive: true, mode: 0o700 });
  const gate = join(RUN_DIRECTORY, 'gate');
  if (!aloneCanRead) {
    rmSync(gate, { recursive: true, force: true });
    writeFileSync(gate, '');
    // Where the queue itself is, drivers may be waiting in it, who have just lost another agent.
  } else if (lstatSync(gate, { throwIfNoEntry: false })?.isFile()) rmSync(gate);
  rmSync(SOCKET, { force: true });
  const runtime = `${process.cwd()}/dist/linux-${process.arch === 'arm64' ? 'arm64' : 'amd64'}/kv`;
  if (apart) await execa('mount', ['--make-rshared', '/run']);
  const [program = '', ...args] = [...(apart ? APART : []), runtime];
  const agent = execa(
    program,
    [...args, '--smol', '--no-install', '--no-env-file', 'run', 'dist/installer.cjs'],
    {
      all: true,
      reject: false,
      extendEnv: false,
      env: {
        BUN_BE_BUN: '1',
        BUN_JSC_useJIT: '0',
        AGENT: 'on',
        ...environment,
        RUN_DIRECTORY,
        DRIVER_FILE: runtime,
        NODE_CONFIG_FILE: desired,
        PLUGIN_DIRECTORY: dirname(driverDirectory),
        HEALTH_PORT: String(HEALTH_PORT),
      },
    },
  );
  let output = '';
  let ended = false;
  void agent.finally(() => {
    ended = true;
  });
  agent.all.on('data', (chunk) => {
    output += String(chunk);
  });
  const ready = () => existsSync(SOCKET) && output.includes('"event":"installed"');
  for (let waited = 0; !ready(); waited += 50) {
    if (ended || waited > 150_000) {
      // Else it would hold its port, and the next test could not start one.
      agent.kill('SIGKILL');
      throw new Error(`the agent did not start: ${output}`);
    }
    await delay(50);
  }
  return {
    pid: agent.pid ?? 0,
    output: () => output,
    signal: (name) => void agent.kill(name),
    async stop() {
      agent.kill('SIGKILL');
      await agent;
      rmSync(gate, { recursive: true, force: true });
      rmSync(SOCKET, { force: true });
    },
  };
}
