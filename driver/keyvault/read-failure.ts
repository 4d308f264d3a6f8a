/** What went wrong with one object, or list, in one vault; `faults.ts` gives it meaning. */
export class ReadFailure extends Error {
  readonly vault: string;
  readonly host: string;
  readonly error: unknown;
  /** Set when the fallback vault was asked as well, and could not help. */
  readonly fallback: ReadFailure | undefined;

  constructor(vault: string, host: string, error: unknown, fallback?: ReadFailure) {
    super(`${host} could not be read`, { cause: error });
    this.name = 'ReadFailure';
    this.vault = vault;
    this.host = host;
    this.error = error;
    this.fallback = fallback;
  }

  /** Whose answer counts in the end. */
  get last(): ReadFailure {
    return this.fallback ?? this;
  }
}
