import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { execa } from 'execa';
import type { CallOutResult, Kubelet, PodVolume } from '../../lab/kubelet.ts';

/**
 * Runs a call-out whose system calls fail as asked.
 *
 * @param faults what strace is to inject, as `mount:error=EPERM:when=2+`
 */
export async function withFaults(
  kubelet: Kubelet,
  callOut: 'mount' | 'unmount',
  volume: PodVolume,
  faults: readonly string[],
): Promise<CallOutResult> {
  mkdirSync(kubelet.directoryOf(volume), { recursive: true, mode: 0o750 });
  const injected = faults.flatMap((fault) => ['-e', `inject=${fault}`]);
  const begun = performance.now();
  const { all, exitCode } = await execa(
    'strace',
    [
      ...['-f', '-qq', '-o', '/dev/null'],
      ...injected,
      kubelet.driver,
      ...kubelet.argumentsOf(callOut, volume),
    ],
    {
      all: true,
      reject: false,
      stripFinalNewline: false,
      extendEnv: false,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    },
  );
  // The call that failed may have been the one that writes the answer.
  const status = all === '' ? { status: 'Unwritten' } : JSON.parse(all);
  return { output: all, exitCode, milliseconds: performance.now() - begun, status };
}

/**
 * Mounts and unmounts a volume, and tells the first time that a system call of the mount looks so.
 *
 * @returns what `when` of a fault counts
 */
export async function firstTime(
  kubelet: Kubelet,
  volume: PodVolume,
  syscall: string,
  pattern: RegExp,
): Promise<number> {
  const log = `/run/lab/${syscall}.log`;
  mkdirSync(kubelet.directoryOf(volume), { recursive: true, mode: 0o750 });
  await execa('strace', [
    ...['-qq', '-y', '-o', log, '-e', `trace=${syscall}`],
    ...[kubelet.driver, ...kubelet.argumentsOf('mount', volume)],
  ]);
  await kubelet.unmount(volume);
  const lines = readFileSync(log, 'utf8').split('\n');
  rmSync(log);
  const index = lines
    .filter((line) => line.startsWith(`${syscall}(`))
    .findIndex((line) => pattern.test(line));
  if (index < 0) throw new Error(`no ${syscall} is like ${pattern}`);
  return index + 1;
}
