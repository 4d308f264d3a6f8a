import { toDriverError } from '../../driver/errors.ts';
import { defaultNodeConfig } from '../../driver/nodeconfig/node-config.ts';
import { readPodContext } from '../../driver/options/pod.ts';
import type { NodeRotation } from '../../driver/options/rotation.ts';
import type { PlacedRecord } from '../../driver/record/record.ts';
import type { PodOfWork } from '../agent/lane.ts';
import type { FairLimit } from './fair-limiter.ts';
import { changesOf, describeVolume, Journal, type JournalSettings } from './journal.ts';
import { withOutdatedSecret } from './outdated-secret.ts';
import { type Planned, planOf, reasons, whyNotReadable } from './plan.ts';
import { RecordFiles, seesPod } from './record-files.ts';
import { type RotationPorts, rotateVolume } from './rotate-volume.ts';
import { isDue, shareOf } from './slots.ts';
import { reportOf, type Standing, standingOf } from './standing.ts';
import { type RotationState, readState, removeOrphans } from './state-file.ts';

export interface RotatorSettings extends RotationPorts, JournalSettings {
  readonly bootId: string;
  /** Lets only so many volumes be read at once. */
  readonly limit: FairLimit;
  /** The same for those that could not be read the last time: each may take its whole time, and the others go on. */
  readonly limitFailing: FairLimit;
}

/** How the rotation of one volume ended. */
export interface Outcome {
  readonly namespace: string;
  readonly pod: string;
  readonly volume: string;
  readonly result: 'unchanged' | 'replaced' | 'gone' | 'failed';
  /** `type vault/name: old version -> new version` of what changed. */
  readonly changes: readonly string[];
  readonly message: string | undefined;
}

/** A rotation of one volume, that waits or goes on. */
interface Turn {
  outcome: Promise<Outcome>;
  /** What was read before this moment will not do. */
  since: number;
  isReading: boolean;
  /** Of those who asked while it was reading. */
  next: Promise<Outcome> | undefined;
}

/** What is kept in memory of a mounted volume: no option, no secret. */
interface Known extends Planned {
  readonly fingerprint: string;
  readonly pod: PodOfWork;
  standing: Standing;
}

/**
 * Rotates the node's mounted volumes at their times. All that it knows is in the records and beside them, so that an
 * agent that is started anew goes on where the last one ended.
 */
export class Rotator {
  readonly #settings: RotatorSettings;
  readonly #files: RecordFiles;
  readonly #share: number;
  readonly #journal: Journal;
  readonly #known = new Map<string, Known>();
  readonly #running = new Map<string, Turn>();

  constructor(settings: RotatorSettings) {
    this.#settings = settings;
    this.#files = new RecordFiles(settings.runDirectory);
    this.#share = shareOf(settings.bootId);
    this.#journal = new Journal(this.#files.directory, settings);
    settings.counts.reporting(() => {
      const standings = [...this.#known.values()].map(({ standing }) => standing);
      return reportOf(standings, settings.uptime());
    });
  }

  /** Rotates what is due, and ends when all of it is done. */
  async tick(): Promise<Outcome[]> {
    this.#look();
    const node = await this.#node();
    const now = this.#settings.uptime();
    const due = [...this.#known].filter(([name, known]) => {
      const plan = planOf(known, node, known.standing);
      return (
        plan.rotates &&
        !this.#running.has(name) &&
        isDue(known.standing, plan.intervalSeconds, this.#share, now)
      );
    });
    return this.#rotateAll(due.map(([name]) => name));
  }

  /** Rotates a pod's volumes, or all, whether they are due or not. */
  async rotateNow(pod: { readonly namespace: string; readonly name: string } | 'all'): Promise<Outcome[]> {
    this.#look();
    const names = this.#files.names().filter((name) => {
      if (pod === 'all') return true;
      const record = this.#files.read(name);
      const of = record && readPodContext(record.options);
      return of?.namespace === pod.namespace && of.name === pod.name;
    });
    return this.#rotateAll(names);
  }

  /** A configuration that cannot be read tells of no default; that it is so shows when it comes to rotating. */
  async #node(): Promise<NodeRotation> {
    try {
      return (await this.#settings.nodeConfig()).rotation;
    } catch {
      return defaultNodeConfig.rotation;
    }
  }

  /** Takes note of volumes that came, changed or went. */
  #look(): void {
    const { directory } = this.#files;
    removeOrphans(directory, this.#files.entries());
    const names = this.#files.names();
    for (const name of names) {
      const fingerprint = this.#files.fingerprint(name);
      if (fingerprint === undefined || this.#known.get(name)?.fingerprint === fingerprint) continue;
      const record = this.#files.read(name);
      if (record === undefined) continue;
      const { rotation, secret, identity, arcIdentity, proxyLeftOut, mountedAt } = record;
      const state = readState(directory, name, mountedAt);
      const planned = { rotation, secret, identity, arcIdentity, proxyLeftOut, seesPod: seesPod(record) };
      const { uid, namespace } = readPodContext(record.options);
      this.#known.set(name, {
        ...planned,
        fingerprint,
        pod: { uid, namespace },
        standing: standingOf(record, state),
      });
    }
    const present = new Set(names);
    for (const name of this.#known.keys()) if (!present.has(name)) this.#known.delete(name);
  }

  /** What several volumes have in common is read once for all of them. */
  #rotateAll(names: readonly string[]): Promise<Outcome[]> {
    const since = performance.now();
    return Promise.all(names.map((name) => this.#rotate(name, since)));
  }

  /**
   * One at a time of a volume. Who asks while it waits for its turn gets that one's outcome; who asks while it is read gets
   * the next one's, as what is being read may be of before what the asking one has changed.
   */
  #rotate(name: string, since: number): Promise<Outcome> {
    const running = this.#running.get(name);
    if (running === undefined) return this.#start(name, since);
    if (running.isReading) {
      running.next ??= running.outcome.then(() => this.#rotate(name, performance.now()));
      return running.next;
    }
    running.since = since;
    return running.outcome;
  }

  #start(name: string, since: number): Promise<Outcome> {
    const turn = { since, isReading: false, next: undefined } as Omit<Turn, 'outcome'> as Turn;
    this.#running.set(name, turn);
    const take = () => {
      turn.isReading = true;
      return this.#rotateOne(name, turn.since);
    };
    const { limit, limitFailing } = this.#settings;
    const { standing, pod = { uid: '', namespace: '' } } = this.#known.get(name) ?? {};
    const isFailing = (standing?.failures ?? 0) > 0;
    turn.outcome = (isFailing ? limitFailing : limit)(pod, take).finally(() => this.#running.delete(name));
    return turn.outcome;
  }

  async #rotateOne(name: string, since: number): Promise<Outcome> {
    const fingerprint = this.#files.fingerprint(name);
    const record = this.#files.read(name);
    if (record === undefined || fingerprint === undefined) return goneOutcome;
    const isMounted = () => this.#files.fingerprint(name) === fingerprint;
    const before = readState(this.#files.directory, name, record.mountedAt);
    const told = { ...describeVolume(record), changes: [], message: undefined };
    try {
      const why = whyNotReadable({ ...record, seesPod: seesPod(record) }, await this.#node());
      if (why !== undefined)
        return { ...told, result: 'failed', message: `it cannot be read again: ${reasons[why]}` };
      const { result, objects, signalled } = await rotateVolume(
        { name, record, isMounted },
        since,
        this.#settings,
      );
      if (result === 'gone') {
        this.#rest(name);
        return { ...told, result };
      }
      const changes = result === 'replaced' ? changesOf(before?.objects ?? record.objects, objects) : [];
      this.#checked(
        name,
        record,
        this.#journal.succeeded({ name, record, before }, { result, objects, changes, signalled }),
      );
      return { ...told, result, changes };
    } catch (thrown) {
      if (!isMounted()) return { ...told, result: 'gone' };
      const error = withOutdatedSecret(toDriverError(thrown), record);
      this.#checked(name, record, this.#journal.failed({ name, record, before }, error));
      return { ...told, result: 'failed', message: error.message };
    }
  }

  /** A record that is left of a volume is not read for at each look. */
  #rest(name: string): void {
    const known = this.#known.get(name);
    if (known !== undefined) known.standing = { ...known.standing, at: this.#settings.uptime(), failures: 0 };
  }

  #checked(name: string, record: PlacedRecord, state: RotationState): void {
    const known = this.#known.get(name);
    if (known !== undefined) known.standing = standingOf(record, state);
  }
}

const goneOutcome: Outcome = {
  namespace: '',
  pod: '',
  volume: '',
  result: 'gone',
  changes: [],
  message: undefined,
};
