import { join } from 'node:path';
import { podOfDocument } from '../options/pod.ts';
import { codeOf, type DriverStatus } from '../status.ts';
import type { Recorded } from './call-out-recorder.ts';
import { type CallOutEvent, formatEvent } from './event.ts';
import { appendToSpool } from './spool.ts';

/** A call-out as kubelet called it, and what is to be told of it. */
export interface FinishedCallOut {
  /** As kubelet passed them. */
  readonly args: readonly string[];
  readonly status: DriverStatus;
  readonly recorded: Recorded;
  /** Milliseconds since the process was started. */
  readonly total: number;
  readonly driverVersion: string;
}

/** Leaves the event of a call-out in the spool of a run directory. Never fails. */
export function leaveEvent(runDirectory: string, finished: FinishedCallOut): void {
  try {
    appendToSpool(join(runDirectory, 'events'), formatEvent(eventOf(finished, new Date())));
  } catch {
    // No volume must depend on what is told of it.
  }
}

/** Picks what may be told; nothing else of the options leaves the process. */
export function eventOf(
  { args, status, recorded, total, driverVersion }: FinishedCallOut,
  time: Date,
): CallOutEvent {
  const [callOut, target = '', json = ''] = args;
  const { asked, stagedAs, durations, vaultRequests, tokenRequests, ...agent } = recorded;
  const told = status.status === 'Failure' ? status.told : undefined;
  const path = /\/pods\/([^/]+)\/volumes\/[^/]+\/([^/]+)$/.exec(target);
  return {
    time,
    callOut: callOut === 'mount' ? 'mount' : 'unmount',
    code: codeOf(status),
    message: told?.message ?? (status.status === 'Success' ? undefined : status.message),
    reference: told?.reference,
    pod: podOf(json, path?.[1] ?? ''),
    volume: path?.[2] ?? '',
    id: stagedAs,
    identity: asked?.identity,
    objects: asked?.objects ?? [],
    durations: { ...durations, total },
    vaultRequests,
    tokenRequests,
    driverVersion,
    source: agent.source,
    staleSince: agent.staleSince,
    agentPassedOver: agent.agentPassedOver,
  };
}

/** kubelet's directory names the pod too, where the document does not. */
function podOf(json: string, uid: string): CallOutEvent['pod'] {
  const pod = podOfDocument(json);
  return { ...pod, uid: pod.uid || uid };
}
