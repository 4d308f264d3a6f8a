import type { Identity } from './options/identity.ts';
import type { ObjectType } from './options/items.ts';

/** The parts of a call-out that are timed apart; each moment belongs to the innermost that runs. */
export const phases = ['wait', 'token', 'fetch', 'write', 'mount'] as const;
export type Phase = (typeof phases)[number];

/** An object as the pod's author named it: no value, no tag, no alias. */
export interface AskedObject {
  readonly type: ObjectType;
  /** Its name, or the glob of a selection. */
  readonly name: string;
  readonly vault: string;
  /** Undefined means the latest. */
  readonly version?: string | undefined;
}

/** What a volume asks for, as far as an event tells it. */
export interface AskedFor {
  readonly identity: Identity['kind'];
  readonly objects: readonly AskedObject[];
  /** By their hosts requests to vaults are told from those for tokens. */
  readonly vaultSuffix: string;
}

/** Is told how a call-out goes, for the event that it leaves behind. Never fails, and does no I/O. */
export interface Recorder {
  /** @param what undefined where it is not known */
  asked(what: AskedFor | undefined): void;
  /** The name that the volume has below the run directory. */
  stagedAs(name: string): void;
  /** A phase begins; it ends when the answer is called, or with the call-out. */
  start(phase: Phase): () => void;
  /** One answer over HTTP, or none (`undefined`), from the host of this URL. */
  requested(url: string, status: number | undefined): void;
  /**
   * The node agent answered, and this process asked nothing of Azure.
   * @param staleSince when the oldest of what it answered was read, where Azure could not be asked; milliseconds since 1970
   */
  readByAgent(staleSince: number | undefined): void;
  /** There is an agent, but it did not answer: this process reads by itself. */
  agentPassedOver(because: string): void;
}

/** For whoever leaves no event. */
export const silentRecorder: Recorder = {
  asked: () => undefined,
  stagedAs: () => undefined,
  start: () => () => undefined,
  requested: () => undefined,
  readByAgent: () => undefined,
  agentPassedOver: () => undefined,
};
