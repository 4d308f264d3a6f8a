/** Why nothing can be translated. `message` names what the user wrote and the way out. */
export class TranslateFault extends Error {}

/** What has no counterpart on the other side, or changes on the way; collected for one document. */
export class Remarks {
  readonly #lines: string[] = [];

  /** `subject` is spelled as it was written; `text` says what becomes of it. */
  add(subject: string, text: string): void {
    const line = `${subject}: ${text}`;
    if (!this.#lines.includes(line)) this.#lines.push(line);
  }

  get lines(): readonly string[] {
    return this.#lines;
  }
}

/** Says in which class or volume a fault is. */
export async function within<T>(name: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof TranslateFault) || name === '') throw error;
    throw new TranslateFault(`${name}: ${error.message}`);
  }
}
