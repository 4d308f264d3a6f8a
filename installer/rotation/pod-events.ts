import { readPodContext } from '../../driver/options/pod.ts';
import type { PlacedRecord, RecordedObject } from '../../driver/record/record.ts';
import { systemErrorCode } from '../fault.ts';
import type { ApiAnswer, ApiQuestion } from '../kubernetes/api.ts';
import type { Log } from '../log.ts';

/** A volume that cannot be read again for so long is told of to its pod. */
const FAILING_SECONDS = 3600;
/** What goes on is told of once a day. */
const AGAIN_SECONDS = 86_400;
const DAY_MS = 86_400_000;
/** Of an event's message (core/v1, Event: 1 KiB). */
const MAX_MESSAGE = 1000;
/** Beyond so many that wait for the API server, further ones are lost: they tell nothing that log and metrics do not. */
const MAX_WAITING = 100;

export interface PodEventsSettings {
  readonly node: string;
  /** Before an object expires it is told of, so many days ahead. */
  readonly expiryDays: number;
  readonly ask: (question: ApiQuestion) => Promise<ApiAnswer>;
  readonly log: Log;
  /** Seconds since the node was started. */
  readonly uptime: () => number;
}

/** A volume, with the name that it has below the run directory. */
export interface EventSubject {
  readonly name: string;
  readonly record: PlacedRecord;
}

type Reason = 'KeyVaultRotated' | 'KeyVaultRotationFailing' | 'KeyVaultObjectExpires';

/**
 * Tells a pod's owner of its volumes, by events of the pod (`kubectl describe pod`). It never fails, and nothing waits for
 * it: what cannot be told is in the installer's log all the same.
 */
export class PodEvents {
  readonly #settings: PodEventsSettings;
  /** When something that goes on was told last. */
  readonly #told = new Map<string, number>();
  #waiting = 0;
  #refusal: string | undefined;

  constructor(settings: PodEventsSettings) {
    this.#settings = settings;
  }

  rotated({ record }: EventSubject, changes: readonly string[]): void {
    const what = changes.length === 0 ? 'files changed' : changes.join('; ');
    this.#tell(record, 'Normal', 'KeyVaultRotated', `${volumeOf(record)} has new files: ${what}`);
  }

  /** @param since seconds since the node was started */
  failing({ name, record }: EventSubject, since: number, message: string): void {
    const seconds = this.#settings.uptime() - since;
    if (seconds < FAILING_SECONDS || this.#isToldLately(`failing ${name}`)) return;
    const hours = Math.floor(seconds / 3600);
    const text = `${volumeOf(record)} could not be read again for ${hours} h, and keeps its files: ${message}`;
    this.#tell(record, 'Warning', 'KeyVaultRotationFailing', text);
  }

  expiring({ name, record }: EventSubject, objects: readonly RecordedObject[]): void {
    const until = Date.now() + this.#settings.expiryDays * DAY_MS;
    const soon = objects.filter(({ expires }) => expires !== undefined && expires <= until);
    if (soon.length === 0 || this.#isToldLately(`expires ${name}`)) return;
    const told = soon.map(({ type, vault, name: of, expires = 0 }) => {
      const day = new Date(expires).toISOString().slice(0, 10);
      return `${type} ${vault}/${of} ${expires < Date.now() ? 'expired on' : 'expires on'} ${day}`;
    });
    this.#tell(record, 'Warning', 'KeyVaultObjectExpires', `${volumeOf(record)}: ${told.join('; ')}`);
  }

  #isToldLately(key: string): boolean {
    const now = this.#settings.uptime();
    const last = this.#told.get(key);
    if (last !== undefined && now - last < AGAIN_SECONDS) return true;
    for (const [other, at] of this.#told) if (now - at >= AGAIN_SECONDS) this.#told.delete(other);
    this.#told.set(key, now);
    return false;
  }

  #tell(record: PlacedRecord, type: 'Normal' | 'Warning', reason: Reason, message: string): void {
    if (this.#waiting >= MAX_WAITING) return;
    this.#waiting += 1;
    void this.#send(record, type, reason, message).finally(() => {
      this.#waiting -= 1;
    });
  }

  async #send(
    record: PlacedRecord,
    type: 'Normal' | 'Warning',
    reason: Reason,
    message: string,
  ): Promise<void> {
    const { ask, node, log } = this.#settings;
    const { namespace, name, uid } = readPodContext(record.options);
    const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const object = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { generateName: `${name.slice(0, 200)}.`, namespace },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
      type,
      reason,
      message: message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 1)}…` : message,
      source: { component: 'keyvault-flexvol', host: node },
      reportingComponent: 'keyvault-flexvol',
      reportingInstance: node,
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
    };
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
    const refusal = await ask({ method: 'POST', path, object }).then(
      ({ status }) => (status === 201 ? undefined : `HTTP ${status}`),
      (error: unknown) => systemErrorCode(error),
    );
    // Once, and when it is another one: an API server that is away must not fill the log.
    if (refusal !== undefined && refusal !== this.#refusal)
      log('warning', 'pod-event-refused', { reason, refusal, namespace });
    this.#refusal = refusal;
  }
}

function volumeOf({ target }: PlacedRecord): string {
  return `volume ${target.slice(target.lastIndexOf('/') + 1)}`;
}
