import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { PoolOptions, PoolWorker, WorkerRequest } from 'vitest/node';

/**
 * For `pool` of a Vitest project: each test file runs in a lab of its own, with mount, network and PID namespaces.
 * So files run at the same time, although each uses Azure's ports, `/run/keyvault-flexvol` and the node's locks.
 * Everything that a file started or mounted ends with its lab.
 */
export function labOfEachFile() {
  return { name: 'lab', createPoolWorker: (options: PoolOptions): PoolWorker => new LabWorker(options) };
}

const NAMESPACES = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
/** A shell is the first process, as it reaps orphans; Node would keep them as zombies. */
const REAPER = ['sh', '-c', '"$@"; exit $?', 'sh'];

/** A worker process of Vitest, as its own forks are, in new namespaces. */
class LabWorker implements PoolWorker {
  readonly name = 'lab';
  readonly cacheFs = true;
  readonly #options: PoolOptions;
  #process: ChildProcess | undefined;
  #streams: Promise<unknown> | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { execArgv, env, distPath, project } = this.#options;
    const worker = [join(import.meta.dirname, 'worker.ts'), join(distPath, 'workers', 'forks.js')];
    const node = [process.execPath, ...execArgv, ...worker];
    const started = spawn('unshare', [...NAMESPACES, '--propagation', 'private', '--', ...REAPER, ...node], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
      env: env as NodeJS.ProcessEnv,
    });
    this.#process = started;
    const { outputStream, errorStream } = project.vitest.logger;
    this.#streams = Promise.all([
      forward(started.stdout, outputStream),
      forward(started.stderr, errorStream),
    ]);
    await Promise.race([
      once(started, 'spawn'),
      once(started, 'error').then(([error]) => Promise.reject(error)),
    ]);
  }

  async stop(): Promise<void> {
    const started = this.#running;
    if (started.exitCode === null && started.signalCode === null) {
      const exit = once(started, 'exit');
      // The kernel then ends every process of the lab.
      started.kill('SIGKILL');
      await exit;
    }
    await this.#streams;
    this.#process = undefined;
  }

  on(event: string, callback: (...args: unknown[]) => void): void {
    this.#running.on(event, callback);
  }

  off(event: string, callback: (...args: unknown[]) => void): void {
    this.#running.off(event, callback);
  }

  send(message: WorkerRequest): void {
    this.#running.send(message);
  }

  deserialize(data: unknown): unknown {
    return data;
  }

  get #running(): ChildProcess {
    if (this.#process === undefined) throw new Error('the worker of this lab is not running');
    return this.#process;
  }
}

/** Writes to a stream that several workers write to, and so without ending it; resolves at the source's end. */
async function forward(from: Readable | null, to: NodeJS.WritableStream): Promise<void> {
  for await (const chunk of from ?? []) to.write(chunk);
}
