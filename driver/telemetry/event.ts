import type { ErrorCode } from '../errors.ts';
import type { Identity } from '../options/identity.ts';
import type { PodContext } from '../options/pod.ts';
import type { AskedObject, Phase } from '../recorder.ts';
import { fitLine, plain } from './line.ts';

/** Changes when a field changes its meaning or goes; fields may come without. */
export const EVENT_SCHEMA_VERSION = 1;

/** So many answers by their HTTP status; `none` for requests without an answer. */
export type RequestCounts = Readonly<Record<string, number>>;

/** What one call-out leaves behind. Every field is named here: an event can hold nothing else. */
export interface CallOutEvent {
  readonly time: Date;
  readonly callOut: 'mount' | 'unmount';
  readonly code: 'Success' | ErrorCode;
  /** What kubelet is told of a failure, and what was cut off of that. */
  readonly message: string | undefined;
  /** The part of a failure that differs at each try, such as request ids: kubelet is not told, so that Kubernetes counts one event. */
  readonly reference: string | undefined;
  readonly pod: Partial<PodContext>;
  readonly volume: string;
  /** The volume's name below `volumes/` in the run directory; undefined when it came to none. */
  readonly id: string | undefined;
  readonly identity: Identity['kind'] | undefined;
  readonly objects: readonly AskedObject[];
  /** Milliseconds; `total` is since the process was started. */
  readonly durations: Readonly<Partial<Record<Phase | 'total', number>>>;
  readonly vaultRequests: RequestCounts;
  readonly tokenRequests: RequestCounts;
  readonly driverVersion: string;
  /** Who asked Azure: this process, or the node's agent on its behalf. */
  readonly source: 'direct' | 'agent';
  /** When the oldest of the objects was read, where Azure could not be asked; milliseconds since 1970. */
  readonly staleSince: number | undefined;
  /** Why the node's agent did not answer, where there is one. */
  readonly agentPassedOver: string | undefined;
}

/** A message and a reference are cut to these numbers of bytes. */
const MAX_MESSAGE_BYTES = 1200;
const MAX_REFERENCE_BYTES = 400;

/**
 * The event as one line of JSON: printable ASCII, at most `MAX_LINE_BYTES` with its newline. Objects that do not fit are
 * left out; `objectCount` tells how many there were.
 */
export function formatEvent(event: CallOutEvent): string {
  const { pod } = event;
  const head = {
    schemaVersion: EVENT_SCHEMA_VERSION,
    time: event.time.toISOString(),
    callOut: event.callOut,
    code: event.code,
    message: event.message === undefined ? undefined : plain(event.message, MAX_MESSAGE_BYTES),
    reference: event.reference === undefined ? undefined : plain(event.reference, MAX_REFERENCE_BYTES),
    pod: {
      namespace: name(pod.namespace),
      name: name(pod.name),
      uid: name(pod.uid),
      serviceAccount: name(pod.serviceAccountName),
    },
    volume: name(event.volume),
    id: event.id,
    identity: event.identity,
    durationsMs: rounded(event.durations),
    vaultRequests: event.vaultRequests,
    tokenRequests: event.tokenRequests,
    driverVersion: event.driverVersion,
    source: event.source,
    staleSince: event.staleSince === undefined ? undefined : new Date(event.staleSince).toISOString(),
    agentPassedOver: event.agentPassedOver,
    objectCount: event.objects.length,
  };
  const objects = event.objects.map(({ type, name, vault, version }) => ({ type, name, vault, version }));
  return fitLine(head, 'objects', objects);
}

/** Names of Kubernetes have at most 253 characters. */
function name(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : plain(text, 253);
}

function rounded(durations: CallOutEvent['durations']): Record<string, number> {
  return Object.fromEntries(
    Object.entries(durations).map(([phase, duration]) => [phase, Math.round(duration * 10) / 10]),
  );
}
