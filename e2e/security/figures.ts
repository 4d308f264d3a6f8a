import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One line of the table of docs/security.md: what a run tried, and what it found. */
export interface Figure {
  readonly what: string;
  /** Of the run, `YYYY-MM-DD`. */
  readonly date: string;
  readonly tried: string;
  readonly found: string;
  /** What makes the figure again. */
  readonly command: string;
}

export const figuresFile = join(import.meta.dirname, 'figures.json');

/** Between these the table stands in docs/security.md. */
export const markers = ['<!-- figures: node e2e/security/report.ts -->', '<!-- end of figures -->'] as const;

export function readFigures(): Figure[] {
  return JSON.parse(readFileSync(figuresFile, 'utf8')) as Figure[];
}

/** Those that a run has made anew take the place of the recorded ones; what has no record yet comes last. */
export function merged(recorded: readonly Figure[], made: readonly Figure[]): Figure[] {
  const newer = new Map(made.map((figure) => [figure.what, figure]));
  const known = new Set(recorded.map(({ what }) => what));
  return [
    ...recorded.map((figure) => newer.get(figure.what) ?? figure),
    ...made.filter(({ what }) => !known.has(what)),
  ];
}

/** The table in Markdown, its columns as wide as their widest cell, as the formatter has it. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [
    ['what', 'tried', 'found', 'date', 'command'],
    ...figures.map(({ what, tried, found, date, command }) => [what, tried, found, date, `\`${command}\``]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lineOf = (cells: readonly string[], fill: string) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, fill)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [lineOf(head, ' '), lineOf([], '-'), ...body.map((cells) => lineOf(cells, ' '))].join('\n');
}

/** The document with this table between the markers. Error: it lacks them. */
export function withTable(document: string, table: string): string {
  const [begin, end] = markers.map((marker) => document.indexOf(marker));
  if (begin === undefined || end === undefined || begin < 0 || end < begin)
    throw new Error(`docs/security.md lacks the markers ${markers.join(' and ')}`);
  return `${document.slice(0, begin + markers[0].length)}\n\n${table}\n\n${document.slice(end)}`;
}
