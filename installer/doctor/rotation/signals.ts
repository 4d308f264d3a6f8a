import { readPodContext } from '../../../driver/options/pod.ts';
import type { AssessedVolume } from '../../rotation/assess.ts';
import { countContainers, countFirstProcesses } from '../../rotation/pod-processes.ts';
import { named, type Told } from './told.ts';

/** A container may be slow to start, or start anew. */
const STARTED_SECONDS = 600;

/**
 * Could the signals be sent that volumes ask for?
 * @param maySignal whether the agent's container has the capability; undefined when the agent does not tell
 * @param proc as this process sees it: the node's, where the pod has `hostPID`
 */
export function signalFindings(
  volumes: readonly AssessedVolume[],
  isAllowed: boolean,
  maySignal: boolean | undefined,
  uptime: number,
  proc = '/proc',
): Told[] {
  const asking = volumes.filter(({ record, plan }) => plan.rotates && 'rotationsignal' in record.options);
  if (!isAllowed) {
    if (asking.length === 0) return [];
    const found = `${named(asking)} ask for a signal (rotationsignal), and none is sent`;
    return [
      { status: 'note', found, todo: 'agent.rotation.signals: true of the chart, or leave the option out' },
    ];
  }
  const todo =
    'the pod must have hostPID, and its container "agent" the capability KILL, as the chart has them';
  if (maySignal === false)
    return [{ status: 'warning', found: 'signals are to be sent, but the capability KILL is missing', todo }];
  if (countContainers(proc) === 0)
    return [
      { status: 'warning', found: 'signals are to be sent, but no container’s process can be seen', todo },
    ];
  const alone = asking.filter(
    ({ record }) =>
      uptime - record.mountedUptime >= STARTED_SECONDS &&
      countFirstProcesses(readPodContext(record.options).uid, proc) === 0,
  );
  if (alone.length === 0) return [];
  const found = `${named(alone)} ask for a signal, and no first process of a container of theirs is there to get it`;
  return [
    { status: 'note', found, todo: 'see whether their containers run; docs/rotation.md#telling-the-program' },
  ];
}
