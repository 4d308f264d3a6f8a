import { join } from 'node:path';
import { type PodContext, readPodContext } from '../options/pod.ts';
import { codeOf, type DriverStatus } from '../status.ts';
import type { Recorded } from './call-out-recorder.ts';
import { type CallOutEvent, type EventObject, formatEvent } from './event.ts';
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
  const { request, stagedAs, durations, vaultRequests, tokenRequests, ...agent } = recorded;
  const told = status.status === 'Failure' ? status.told : undefined;
  const path = /\/pods\/([^/]+)\/volumes\/[^/]+\/([^/]+)$/.exec(target);
  return {
    time,
    callOut: callOut === 'mount' ? 'mount' : 'unmount',
    code: codeOf(status),
    message: told?.message ?? (status.status === 'Success' ? undefined : status.message),
    reference: told?.reference,
    pod: request?.pod ?? podOf(json, path?.[1] ?? ''),
    volume: path?.[2] ?? '',
    id: stagedAs,
    identity: request?.identity.kind,
    objects: (request?.items ?? []).map(({ form, vault, source }): EventObject => {
      return source.kind === 'named'
        ? { type: form.type, name: source.name, vault, version: source.version }
        : { type: form.type, name: source.name ?? '*', vault, version: undefined };
    }),
    durations: { ...durations, total },
    vaultRequests,
    tokenRequests,
    driverVersion,
    source: agent.source,
    staleSince: agent.staleSince,
    agentPassedOver: agent.agentPassedOver,
  };
}

/** Of options that could not be parsed, what kubelet says of the pod may still be read. */
function podOf(json: string, uid: string): Partial<PodContext> {
  try {
    const raw: unknown = JSON.parse(json);
    const isText = ([, value]: [string, unknown]) => typeof value === 'string';
    const pod = readPodContext(Object.fromEntries(Object.entries(raw as object).filter(isText)));
    return { ...pod, uid: pod.uid || uid };
  } catch {
    return { uid };
  }
}
