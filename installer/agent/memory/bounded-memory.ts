/** Something kept, and since when. */
export interface Kept<T> {
  readonly value: T;
  /** By the clock of the memory, in milliseconds. */
  readonly at: number;
  /** For how long it is kept from then on, in milliseconds. */
  readonly keptFor: number;
}

/** Of each entry, beside what its owner counts: the keys, the Map's own. */
const ENTRY_BYTES = 512;

/** Keeps values up to so many bytes; beyond them what was kept first goes first. */
export class BoundedMemory<T> {
  readonly #maxBytes: number;
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept<T> & { readonly bytes: number }>();
  #bytes = 0;

  /** @param now milliseconds of a clock that only goes forward */
  constructor(maxBytes: number, now: () => number) {
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): Kept<T> | undefined {
    const entry = this.#kept.get(key);
    if (entry === undefined || this.#now() < untilOf(entry)) return entry;
    this.delete(key);
    return undefined;
  }

  /**
   * @param bytes about what the value takes; one that is larger than all there may be is not kept
   * @param milliseconds how long it may be of use
   */
  set(key: string, value: T, bytes: number, milliseconds: number): void {
    this.delete(key);
    const taken = bytes + ENTRY_BYTES;
    if (taken > this.#maxBytes || milliseconds <= 0) return;
    const at = this.#now();
    this.#kept.set(key, { value, at, keptFor: milliseconds, bytes: taken });
    this.#bytes += taken;
    // A Map keeps the order of insertion.
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#kept.get(key);
    if (entry === undefined) return;
    this.#kept.delete(key);
    this.#bytes -= entry.bytes;
  }

  has(wanted: (value: T) => boolean): boolean {
    return [...this.#kept.values()].some(({ value }) => wanted(value));
  }

  deleteValues(unwanted: (value: T) => boolean): void {
    for (const [key, { value }] of this.#kept) if (unwanted(value)) this.delete(key);
  }

  /** Lets go of what is of no use any more: nobody may ask for it again. */
  sweep(): void {
    const now = this.#now();
    for (const [key, entry] of this.#kept) if (untilOf(entry) <= now) this.delete(key);
  }
}

function untilOf({ at, keptFor }: Kept<unknown>): number {
  return at + keptFor;
}
