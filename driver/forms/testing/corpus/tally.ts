/** What became of an input: as outside readers have it, refused with its reason, or neither. */
export type Outcome = 'alike' | 'refused' | 'different';

/** Counts outcomes by kind of input. */
export class Tally {
  readonly #counts = new Map<string, Record<Outcome, number>>();
  readonly differences: string[] = [];

  /** @param about says in a list of differences which input it was */
  add(kind: string, outcome: Outcome, about: string): void {
    const counts = this.#counts.get(kind) ?? { alike: 0, refused: 0, different: 0 };
    counts[outcome] += 1;
    this.#counts.set(kind, counts);
    if (outcome === 'different') this.differences.push(`${kind}: ${about}`);
  }

  /** A table in Markdown. */
  table(): string {
    const rows = [...this.#counts].map(([kind, { alike, refused, different }]) => [
      kind,
      ...[alike + refused + different, alike, refused, different].map(String),
    ]);
    const lines = [['input', 'tried', 'alike', 'refused by name', 'different'], ...rows];
    return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  }
}
