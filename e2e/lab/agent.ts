import { existsSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import type { Kubelet } from './kubelet.ts';
import { installerCommandOf, installerEnvironment } from './programs.ts';

const RUN_DIRECTORY = '/run/keyvault-flexvol';
const SOCKET = join(RUN_DIRECTORY, 'agent/agent.sock');

/** Mounts come from the node and none go there. */
const UNSHARE = ['unshare', '--mount', '--propagation', 'slave'];
/** Other processes are not seen either. */
const ALONE = ['--pid', '--fork', '--kill-child', '--mount-proc'];
/** Two capabilities of root. */
const CONFINED = [
  ...['setpriv', '--bounding-set', '-all,+chown,+dac_override', '--inh-caps', '-all', '--no-new-privs'],
];
/** Mounts a directory read-only, then becomes the rest of the command. */
const WITH_READ_ONLY = ['sh', '-ec', 'mount --bind "$0" "$0"; mount -o remount,bind,ro "$0"; exec "$@"'];

/** The node agent as a process, as the image's entry point runs it with the argument `agent`. */
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
 * The volume plugin directory is read-only for it, as in its container; with one that is `writable` the agent says so and stays
 * without a socket. With `apart` it has the container's other namespaces and its capabilities. Unless `environment` says otherwise it remembers nothing, as most tests look at what is read.
 */
export async function startAgent(
  kubelet: Kubelet,
  {
    aloneCanRead = false,
    apart = false,
    pluginDirectory = 'read-only' as 'read-only' | 'writable',
    environment = { AGENT_MEMORY: 'off' } as Readonly<Record<string, string>>,
  } = {},
): Promise<Agent> {
  const plugins = dirname(dirname(kubelet.driver));
  mkdirSync(RUN_DIRECTORY, { recursive: true, mode: 0o700 });
  const gate = join(RUN_DIRECTORY, 'gate');
  if (!aloneCanRead) {
    rmSync(gate, { recursive: true, force: true });
    writeFileSync(gate, '');
    // Where the queue itself is, drivers may be waiting in it, who have just lost another agent.
  } else if (lstatSync(gate, { throwIfNoEntry: false })?.isFile()) rmSync(gate);
  rmSync(SOCKET, { force: true });
  await execa('mount', ['--make-rshared', '/run']);
  const [program = '', ...args] = [
    ...UNSHARE,
    ...(apart ? ALONE : []),
    ...(pluginDirectory === 'read-only' ? [...WITH_READ_ONLY, plugins] : []),
    ...(apart ? CONFINED : []),
    ...installerCommandOf(),
    'agent',
  ];
  const agent = execa(program, args, {
    all: true,
    reject: false,
    extendEnv: false,
    env: {
      ...installerEnvironment,
      AGENT: 'on',
      ...environment,
      RUN_DIRECTORY,
      PLUGIN_DIRECTORY: plugins,
    },
  });
  let output = '';
  let ended = false;
  void agent.finally(() => {
    ended = true;
  });
  agent.all.on('data', (chunk) => {
    output += String(chunk);
  });
  const ready = () =>
    pluginDirectory === 'read-only'
      ? existsSync(SOCKET) && output.includes('"event":"agent-started"')
      : output.includes('"event":"driver-directory-writable"');
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
