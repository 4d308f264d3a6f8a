/** Collects what is wrong with a request, so that all of it is reported at once. */
export class Faults {
  readonly #found: { subject: string; text: string }[] = [];

  /** `subject` is the option (or key) as the user wrote it; `text` continues the sentence and names the way out. */
  add(subject: string, text: string): void {
    this.#found.push({ subject, text });
  }

  /** Was something found on this subject already? Then "is missing" would only confuse. */
  has(subject: string): boolean {
    return this.#found.some((fault) => fault.subject === subject);
  }

  get count(): number {
    return this.#found.length;
  }

  describe(): string {
    return this.#found.map(({ subject, text }) => `${subject}: ${text}`).join(' | ');
  }
}
