/** What the agent keeps of Azure's answers, in memory alone. */
export interface MemorySettings {
  /** False: every read asks Azure, but what is under way is still shared. */
  readonly keeps: boolean;
  readonly maxBytes: number;
  readonly latestMs: number;
  readonly pinnedMs: number;
  /** Requests a second that a node makes to one vault. */
  readonly requestsPerSecond: number;
}
