import type { DriverError } from '../../driver/errors.ts';
import { readPodContext } from '../../driver/options/pod.ts';
import type { PlacedRecord, RecordedObject } from '../../driver/record/record.ts';
import type { Log } from '../log.ts';
import type { PodEvents } from './pod-events.ts';
import type { Rotated } from './rotate-volume.ts';
import { type RotationState, writeState } from './state-file.ts';

export interface JournalSettings {
  readonly log: Log;
  readonly counts: RotationCounts;
  /** Seconds since the node was started. */
  readonly uptime: () => number;
  /** Tells the pods' owners, where it may. */
  readonly podEvents?: PodEvents | undefined;
}

/** Is told how rotations go, for the metrics. */
export interface RotationCounts {
  rotated(result: 'unchanged' | 'replaced' | 'failed', code: string): void;
  /** Tells how the node's volumes stand, whenever somebody looks. */
  reporting(report: () => RotationReport): void;
}

export interface RotationReport {
  /** Volumes that could not be read the last time, and for how many seconds the longest of them. */
  readonly failing: number;
  readonly failingSeconds: number;
  /** When the first object of any volume expires, in milliseconds since 1970; undefined when none does. */
  readonly firstExpiry: number | undefined;
}

/** A volume that was rotated, with what was known of it before. */
interface Subject {
  readonly name: string;
  readonly record: PlacedRecord;
  readonly before: RotationState | undefined;
}

interface Success extends Pick<Rotated, 'objects' | 'signalled'> {
  readonly result: 'unchanged' | 'replaced';
  readonly changes: readonly string[];
}

/** Tells how rotations went: beside the record, in the log, in the metrics. */
export class Journal {
  readonly #directory: string;
  readonly #settings: JournalSettings;

  constructor(directory: string, settings: JournalSettings) {
    this.#directory = directory;
    this.#settings = settings;
  }

  succeeded({ name, record, before }: Subject, success: Success): RotationState {
    const { result, objects, changes, signalled } = success;
    const { log, counts, podEvents } = this.#settings;
    const checked = this.#checked(record);
    const rotatedAt = result === 'replaced' ? checked.checkedAt : before?.rotatedAt;
    counts.rotated(result, 'Success');
    const told = { ...describeVolume(record), id: name };
    if (result === 'replaced') log('info', 'rotated', { ...told, changes, ...signalled });
    if (result === 'replaced') podEvents?.rotated({ name, record }, changes);
    podEvents?.expiring({ name, record }, objects);
    if (before?.failure) log('info', 'rotation-recovered', { ...told, failedSince: before.failure.since });
    return this.#keep(name, { ...checked, rotatedAt, objects: [...objects] });
  }

  failed({ name, record, before }: Subject, { code, message, reference }: DriverError): RotationState {
    const { log, counts, uptime, podEvents } = this.#settings;
    const checked = this.#checked(record);
    const { since = checked.checkedAt, sinceUptime = uptime(), count = 0 } = before?.failure ?? {};
    const failure = { code, message, since, sinceUptime, count: count + 1 };
    counts.rotated('failed', code);
    podEvents?.failing({ name, record }, sinceUptime, `${code}: ${message}`);
    podEvents?.expiring({ name, record }, before?.objects ?? record.objects);
    // Told once, and when it is another fault: a vault that is away for a day must not fill the log.
    if (before?.failure?.code !== code)
      log('warning', 'rotation-failed', {
        ...describeVolume(record),
        id: name,
        code,
        message,
        reference,
        since,
      });
    return this.#keep(name, { ...before, ...checked, failure });
  }

  #checked({ mountedAt }: PlacedRecord) {
    const { uptime } = this.#settings;
    return { mountedAt, checkedAt: new Date().toISOString(), checkedUptime: uptime() };
  }

  #keep(name: string, state: RotationState): RotationState {
    try {
      writeState(this.#directory, name, state);
    } catch {
      // It is for the next agent and for those who ask; this one knows it.
    }
    return state;
  }
}

/** How a volume is named to people. */
export function describeVolume({ options, target }: PlacedRecord) {
  const pod = readPodContext(options);
  return { namespace: pod.namespace, pod: pod.name, volume: target.slice(target.lastIndexOf('/') + 1) };
}

/** `type vault/name: old version -> new version` of each object that is another one now. */
export function changesOf(before: readonly RecordedObject[], after: readonly RecordedObject[]): string[] {
  const old = Map.groupBy(before, keyOf);
  const found = Map.groupBy(after, keyOf);
  return [...new Set([...old.keys(), ...found.keys()])]
    .map((key) => ({ key, from: versions(old.get(key)), to: versions(found.get(key)) }))
    .filter(({ from, to }) => from !== to)
    .map(({ key, from, to }) => `${key}: ${from} -> ${to}`);
}

function keyOf({ type, vault, name }: RecordedObject): string {
  return `${type} ${vault}/${name}`;
}

function versions(objects: readonly RecordedObject[] = []): string {
  return (
    objects
      .map(({ version }) => version)
      .sort()
      .join(', ') || 'none'
  );
}
