/** A message tells this many faults and counts the others: kubelet's event has no room for more. */
const MAX_TOLD = 25;

/** Collects what is wrong with a request, so that all of it is reported at once. */
export class Faults {
  readonly #told: string[] = [];
  readonly #subjects = new Set<string>();
  #count = 0;

  /**
   * `subject` is the option (or key) as the user wrote it; `text` continues the sentence and names the way out. A text
   * that takes work to make is made only if it is told.
   */
  add(subject: string, text: string | (() => string)): void {
    this.#count += 1;
    this.#subjects.add(subject);
    if (this.#told.length < MAX_TOLD)
      this.#told.push(`${subject}: ${typeof text === 'string' ? text : text()}`);
  }

  /** Was something found on this subject already? Then "is missing" would only confuse. */
  has(subject: string): boolean {
    return this.#subjects.has(subject);
  }

  get count(): number {
    return this.#count;
  }

  describe(): string {
    const more = this.#count - this.#told.length;
    return [...this.#told, ...(more > 0 ? [`and ${more} more`] : [])].join(' | ');
  }
}
