import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CallOutResult, Kubelet } from '../../lab/kubelet.ts';
import { leftovers } from './leftovers.ts';
import { type KillPoint, nameOf, runUntil } from './points.ts';
import { faultsOf, type Sample } from './samples.ts';

/**
 * What kubelet does after a killed call-out:
 *   again      it mounts, or unmounts, again
 *   restarted  it was killed too, so it did not clean up, and mounts again
 *   deleted    the pod was deleted meanwhile: it unmounts, if there is still a directory
 */
export type Sequel = 'again' | 'restarted' | 'deleted';

export interface Kill {
  readonly sample: Sample;
  readonly callOut: 'mount' | 'unmount';
  readonly point: KillPoint;
  readonly sequel: Sequel;
}

export interface Outcome {
  readonly kill: string;
  /** Did the call-out come to the point? */
  readonly reached: boolean;
  /** Was it, by kubelet's reading, mounted when it was killed? */
  readonly appeared: boolean;
  readonly faults: readonly string[];
}

/**
 * Kills one call-out and does what kubelet would do next, up to the pod's end. The faults are everything that
 * kubelet, the pod or the node's admin would suffer from.
 */
export async function tryKill(kubelet: Kubelet, kill: Kill): Promise<Outcome> {
  const { sample, callOut, point, sequel } = kill;
  const faults: string[] = [];
  const expectSuccess = ({ output, exitCode }: CallOutResult, what: string) => {
    if (output !== '{"status":"Success"}\n' || exitCode !== 0) faults.push(`${what}: ${output.trim()}`);
  };
  const directory = kubelet.directoryOf(sample.volume);
  const pods = dirname(dirname(dirname(dirname(directory))));

  if (callOut === 'unmount') expectSuccess(await kubelet.mount(sample.volume), 'the mount before');
  mkdirSync(directory, { recursive: true, mode: 0o750 });
  const { killed, output } = await runUntil(
    point,
    kubelet.driver,
    kubelet.argumentsOf(callOut, sample.volume),
  );
  if (!killed) faults.push(...answerFaults(output));
  const appeared = isMounted(directory);
  if (appeared && callOut === 'mount' && output.includes('Failure'))
    faults.push('mounted, but answered a failure');

  if (callOut === 'mount' && sequel !== 'restarted') removeIfEmpty(directory);
  if (callOut === 'mount' && sequel !== 'deleted') {
    mkdirSync(directory, { recursive: true, mode: 0o750 });
    // What is mounted already counts as finished, without asking the driver.
    if (!isMounted(directory)) expectSuccess(await kubelet.mount(sample.volume), 'the next mount');
    else faults.push(...faultsOf(directory, sample).map((fault) => `taken as mounted: ${fault}`));
    faults.push(...faultsOf(directory, sample));
  }
  if (existsSync(directory)) {
    expectSuccess(await kubelet.unmount(sample.volume), 'the next unmount');
    removeIfEmpty(directory);
  }
  if (existsSync(directory)) faults.push('the directory is still there');
  const mounts = leftovers(pods).filter((entry) => sequel === 'again' && !/^(locks|gate)/.test(entry));
  faults.push(...mounts.map((entry) => `left after the next call: ${entry}`));

  // Whatever no call-out for this volume can clean up any more, one for another volume has to.
  const other = { ...sample.volume, pod: 'other' };
  expectSuccess(await kubelet.mount(other), 'the mount of another volume');
  expectSuccess(await kubelet.unmount(other), 'the unmount of another volume');
  faults.push(...leftovers(pods).map((entry) => `left: ${entry}`));
  return {
    kill: `${sample.name} ${callOut}, ${nameOf(point)}, ${sequel}`,
    reached: killed,
    appeared,
    faults: [...new Set(faults)],
  };
}

/** A call-out that finished before its point answers as always. */
function answerFaults(output: string): string[] {
  try {
    const { status } = JSON.parse(output) as { status?: unknown };
    if (output.split('\n').length === 2 && (status === 'Success' || status === 'Failure')) return [];
  } catch {}
  return [`answered ${JSON.stringify(output.slice(0, 200))}`];
}

/** As kubelet sees it: on another device than its parent (mount-utils, IsLikelyNotMountPoint). */
function isMounted(directory: string): boolean {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return mounts.some((line) => line.split(' ')[1] === directory);
}

function removeIfEmpty(directory: string): void {
  if (existsSync(directory) && !isMounted(directory) && readdirSync(directory).length === 0)
    rmdirSync(directory);
}
