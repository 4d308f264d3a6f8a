import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** A moment at which a call-out is killed: as its main thread enters a system call for the nth time. */
export interface KillPoint {
  readonly syscall: string;
  readonly ordinal: number;
}

/** System calls by which the driver changes the node, speaks to somebody, or looks at what is there. */
const VISIBLE_CALLS = [
  // Some are there on amd64 alone.
  ...[
    '?mkdir',
    '?rmdir',
    '?unlink',
    '?rename',
    '?symlink',
    '?open',
    '?readlink',
    '?chown',
    '?lchown',
    '?chmod',
  ],
  ...['mkdirat', 'unlinkat', 'renameat', 'renameat2', 'symlinkat', 'openat', 'readlinkat', 'getdents64'],
  ...['fchown', 'fchownat', 'fchmod', 'fchmodat', 'write', 'umask'],
  ...['mount', 'umount2', 'connect', 'sendto', 'recvfrom', 'exit_group'],
];

const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

export function nameOf({ syscall, ordinal }: KillPoint): string {
  return `${syscall} ${ordinal}`;
}

/** Runs the call-out whole, and answers every visible system call of its main thread as a point, in order. */
export async function recordPoints(driver: string, args: readonly string[]): Promise<KillPoint[]> {
  const directory = mkdtempSync(join(tmpdir(), 'trace-'));
  const log = join(directory, 'log');
  await strace(['-o', log, '-e', `trace=${VISIBLE_CALLS.join(',')}`], driver, args);
  const counts = new Map<string, number>();
  const points: KillPoint[] = [];
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const syscall = /^([a-z0-9_]+)\(/.exec(line)?.[1];
    if (syscall === undefined) continue;
    const ordinal = (counts.get(syscall) ?? 0) + 1;
    counts.set(syscall, ordinal);
    points.push({ syscall, ordinal });
  }
  rmSync(directory, { recursive: true });
  return points;
}

/** Runs the call-out until the point; not `killed` when it never came there. */
export async function runUntil(
  { syscall, ordinal }: KillPoint,
  driver: string,
  args: readonly string[],
): Promise<{ killed: boolean; output: string }> {
  const inject = `inject=${syscall}:signal=SIGKILL:when=${ordinal}`;
  return strace(['-o', '/dev/null', '-e', `trace=${syscall}`, '-e', inject], driver, args);
}

function strace(options: readonly string[], driver: string, args: readonly string[]) {
  return run('strace', ['-qq', ...options, driver, ...args]);
}

async function run(file: string, args: readonly string[]): Promise<{ killed: boolean; output: string }> {
  const output = { all: true, reject: false, stripFinalNewline: false } as const;
  const options = { ...output, extendEnv: false, env: ENVIRONMENT };
  const { all, signal } = await execa(file, args, options);
  return { killed: signal === 'SIGKILL', output: all };
}
