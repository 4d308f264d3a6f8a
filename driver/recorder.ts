import type { MountRequest } from './options/volume-options.ts';

/** The parts of a call-out that are timed apart; each moment belongs to the innermost that runs. */
export const phases = ['wait', 'token', 'fetch', 'write', 'mount'] as const;
export type Phase = (typeof phases)[number];

/** Is told how a call-out goes, for the event that it leaves behind. Never fails, and does no I/O. */
export interface Recorder {
  /** What a mount was found to ask for. */
  asked(request: MountRequest): void;
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
