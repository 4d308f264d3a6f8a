import { errorCodes } from '../../driver/errors.ts';
import { type PastCallOut, podOf } from '../events/history.ts';
import { volumesOn } from '../run-directory/volumes.ts';
import { spokenDuration } from './duration.ts';
import type { Finding } from './finding.ts';
import type { Scope } from './scope.ts';

/** A failure that is older is told, but is hardly what somebody is looking for. */
const RECENT_MS = 60 * 60_000;

/** kubelet's calls of the driver are the only sign of it here: a pod sees neither kubelet's flags nor its log. */
export async function checkKubelet({ settings, history }: Scope): Promise<Finding[]> {
  const check = 'kubelet';
  const last = history.at(-1);
  if (last !== undefined) {
    const by = last.driverVersion === undefined ? '' : ` of version ${last.driverVersion}`;
    const found = `last called the driver${by} ${ago(last)} (${last.callOut}, ${codeOf(last)})`;
    return [{ check, status: 'ok', found }];
  }
  if ((await volumesOn(settings.runDirectory)).some(({ mounted }) => mounted)) {
    return [{ check, status: 'ok', found: 'has had the driver mount volumes, of which no event is left' }];
  }
  const found =
    'no pod has asked for a volume since the node started, so whether kubelet knows the driver cannot be told from here';
  const todo = `start a pod with a volume; should its event say "no volume plugin matched", kubelet reads another directory than ${settings.pluginDirectoryOnNode}: set the Helm value "platform"`;
  return [{ check, status: 'note', found, todo }];
}

/** Failures that the spool still knows, by code; one that the same volume has got over since is only told. */
export async function checkFailures({ history }: Scope, now = Date.now()): Promise<Finding[]> {
  const check = 'failures';
  const byCode = new Map<string, PastCallOut[]>();
  for (const failure of history.filter(({ code }) => code !== 'Success')) {
    const code = codeOf(failure);
    byCode.set(code, [...(byCode.get(code) ?? []), failure]);
  }
  if (byCode.size === 0) {
    const found = history.length === 0 ? 'none' : `none among the last ${history.length} mounts and unmounts`;
    return [{ check, status: 'ok', found }];
  }
  return [...byCode].map(([code, failures]) => {
    const open = failures.filter((failure) => isOpen(failure, history));
    const last = (open.at(-1) ?? failures.at(-1)) as PastCallOut;
    const recent = open.length > 0 && now - last.time.getTime() < RECENT_MS;
    const rest = open.length === 0 ? 'all got over since' : `${open.length} not got over since`;
    const found = `${failures.length} × ${code}, ${rest}; last ${ago(last, now)}, ${last.callOut} for ${podOf(last)}`;
    return {
      check,
      status: recent ? 'warning' : 'note',
      found,
      todo: `docs/troubleshooting.md#${code.toLowerCase()}`,
    };
  });
}

/** Nothing of the same volume has succeeded after it; an unmount means that the pod is gone, and its trouble with it. */
function isOpen(failure: PastCallOut, history: readonly PastCallOut[]): boolean {
  return !history.some(
    ({ time, code, callOut, pod, volume }) =>
      code === 'Success' &&
      time >= failure.time &&
      pod.uid === failure.pod.uid &&
      volume === failure.volume &&
      (callOut === failure.callOut || callOut === 'unmount'),
  );
}

function codeOf({ code }: PastCallOut): string {
  const known: readonly string[] = ['Success', ...errorCodes];
  return known.includes(code) ? code : 'Internal';
}

function ago({ time }: PastCallOut, now = Date.now()): string {
  return `${spokenDuration((now - time.getTime()) / 1000)} ago`;
}
