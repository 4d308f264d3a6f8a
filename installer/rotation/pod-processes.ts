import { readdirSync, readFileSync } from 'node:fs';
import type { RotationSignal } from '../../driver/options/rotation-signal.ts';

/** As kubelet gives it to a pod; a static pod's is a hash. */
const POD_UID = /^[0-9a-f]{8}[0-9a-f-]{24,28}$/;

/** A process, by what no other has: its id is given again, but not with the same start. */
interface PodProcess {
  readonly pid: number;
  readonly start: string;
}

/**
 * Sends a signal to the first process of each container of a pod, which the kernel protects from signals that it has no
 * handler for: a container that does not know the signal goes on as it was. No process outside the pod is ever meant.
 * @param proc the node's /proc: in a pod by `hostPID`
 * @returns how many there were
 */
export function signalPod(podUid: string, signal: RotationSignal, proc = '/proc'): number {
  return firstProcesses(podUid, proc).filter(({ pid, start }) => {
    // Looked at once more: it may have ended, and its id been given to somebody else's.
    if (firstProcessOf(podUid, pid, proc)?.start !== start) return false;
    try {
      process.kill(pid, signal);
      return true;
    } catch {
      return false;
    }
  }).length;
}

/** How many there are that a signal could be sent to. */
export function countFirstProcesses(podUid: string, proc = '/proc'): number {
  return firstProcesses(podUid, proc).length;
}

/** Of all pods and of none, as far as this process sees them: of none without `hostPID`. */
export function countContainers(proc = '/proc'): number {
  return pidsIn(proc).filter((pid) => idsOf(pid, proc).length > 1 && idsOf(pid, proc).at(-1) === '1').length;
}

function firstProcesses(podUid: string, proc: string): PodProcess[] {
  if (!POD_UID.test(podUid)) return [];
  return pidsIn(proc).flatMap((pid) => firstProcessOf(podUid, pid, proc) ?? []);
}

function pidsIn(proc: string): number[] {
  return readdirSync(proc)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Of a process in each namespace, from the node's to its own (proc_pid_status(5)); none when it has ended. */
function idsOf(pid: number, proc: string): string[] {
  try {
    const status = readFileSync(`${proc}/${pid}/status`, 'utf8');
    return /^NSpid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
  } catch {
    return [];
  }
}

/** Undefined for a process of somebody else, and for one that another of its container has started. */
function firstProcessOf(podUid: string, pid: number, proc: string): PodProcess | undefined {
  try {
    const read = (file: string) => readFileSync(`${proc}/${pid}/${file}`, 'utf8');
    if (!isOfPod(read('cgroup'), podUid)) return undefined;
    const ids = idsOf(pid, proc);
    if (ids.length < 2 || ids.at(-1) !== '1') return undefined;
    const stat = read('stat');
    // The command's name, in parentheses, may hold anything.
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return start === undefined ? undefined : { pid, start };
  } catch {
    return undefined;
  }
}

/** `…/pod<uid>/…`, or with systemd `…-pod<uid with underscores>.slice/…` (pkg/kubelet/cm, GetPodContainerName). */
function isOfPod(cgroups: string, podUid: string): boolean {
  const names = [`pod${podUid}`, `pod${podUid.replaceAll('-', '_')}.slice`];
  return cgroups.split('\n').some((line) =>
    line
      .split('/')
      .slice(1)
      .some((part) =>
        names.some(
          (name) => part === name || (/^(kubelet-)?kubepods/.test(part) && part.endsWith(`-${name}`)),
        ),
      ),
  );
}
