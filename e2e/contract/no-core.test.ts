import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { startAgent } from '../lab/agent.ts';
import { setScene, volumeOf } from './scene.ts';

/** A call-out that crashes at any moment leaves no core file: its arguments hold the Secret from the first one on. */

const scene = setScene();
const CANARY = 'canary-of-the-core-91c4';
const ENCODED = Buffer.from(CANARY).toString('base64').replace(/=+$/, '');
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

const installed = (await execa('strace', ['-V'], { reject: false })).exitCode === 0;
/** A core goes to a file of the working directory, where the test finds it. */
const isFile = /^[^|/]/.test(readFileSync('/proc/sys/kernel/core_pattern', 'utf8'));
/** Where the project's own checks run, strace has to be there. */
const withCores = test.skipIf((!installed && env['CI'] === undefined) || !isFile);

/** How many moments are tried: all system calls at the beginning, where most can go wrong, then some of the others. */
const FIRST = 12;
const LATER = 12;

interface Moment {
  readonly syscall: string;
  readonly ordinal: number;
}

/** A core file, and whether the Secret is in it. */
type Core = 'a core' | 'a core with the Secret';

/** Runs a program under the tracer, in a directory of its own and with cores of any size, which may be gigabytes. */
async function traced(options: readonly string[], command: readonly string[]): Promise<Core[]> {
  const directory = mkdtempSync(join(tmpdir(), 'cores-'));
  try {
    const script = 'ulimit -c unlimited && exec strace -qq "$@"';
    await execa('sh', ['-c', script, 'sh', ...options, ...command], {
      cwd: directory,
      reject: false,
      extendEnv: false,
      env: ENVIRONMENT,
    });
    const cores = readdirSync(directory).map((name) => join(directory, name));
    return await Promise.all(
      cores.map(async (core): Promise<Core> => {
        const { exitCode } = await execa('grep', ['-qaF', '-e', ENCODED, '-e', CANARY, core], {
          reject: false,
        });
        return exitCode === 0 ? 'a core with the Secret' : 'a core';
      }),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A signal that ends a program with a core, at one of its system calls; no program of ours handles it. */
const crashAt = ({ syscall, ordinal }: Moment, command: readonly string[]) =>
  traced(
    ['-o', '/dev/null', '-e', `trace=${syscall}`, '-e', `inject=${syscall}:signal=SIGQUIT:when=${ordinal}`],
    command,
  );

/** The system calls of a call-out's main thread, from the one on with which it forbids core files. */
async function momentsOf(command: readonly string[]): Promise<Moment[]> {
  const log = join(mkdtempSync(join(tmpdir(), 'trace-')), 'log');
  await traced(['-o', log], command);
  const counts = new Map<string, number>();
  const moments = readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line): (Moment & { line: string })[] => {
      const syscall = /^([a-z0-9_]+)\(/.exec(line)?.[1];
      if (syscall === undefined) return [];
      const ordinal = (counts.get(syscall) ?? 0) + 1;
      counts.set(syscall, ordinal);
      return [{ syscall, ordinal, line }];
    });
  const first = moments.findIndex(({ line }) => line.startsWith('prctl(PR_SET_DUMPABLE'));
  // Nothing but what the C library does before main() is before it; an older driver never did.
  expect(first).toBeLessThan(5);
  const tried = moments.slice(Math.max(first, 0));
  const step = Math.max(1, Math.floor((tried.length - FIRST) / LATER));
  return tried.filter((_, index) => index < FIRST || (index - FIRST) % step === 0);
}

withCores('a program that crashes so leaves a core with its arguments', async () => {
  const cores = await traced(['-o', '/dev/null'], ['sh', '-c', 'kill -QUIT $$', ENCODED]);
  expect(cores).toEqual(['a core with the Secret']);
});

withCores.each([
  ['without an agent', false],
  ['by the agent', true],
])('a mount %s leaves no core at any moment', { timeout: 300_000 }, async (_, byAgent) => {
  rmSync('/run/keyvault-flexvol/agent', { recursive: true, force: true });
  if (byAgent) {
    const agent = await startAgent(scene.kubelet, { aloneCanRead: true });
    onTestFinished(() => agent.stop());
  }
  const volume = volumeOf(scene, 'crashing', { secret: { clientid: 'someone', clientsecret: CANARY } });
  mkdirSync(scene.kubelet.directoryOf(volume), { recursive: true });
  const command = [scene.kubelet.driver, ...scene.kubelet.argumentsOf('mount', volume)];
  const moments = await momentsOf(command);
  const found: string[] = [];
  for (const moment of moments) {
    for (const core of await crashAt(moment, command))
      found.push(`${moment.syscall} ${moment.ordinal}: ${core}`);
  }
  expect(moments.length).toBeGreaterThan(FIRST);
  expect(found).toEqual([]);
});
