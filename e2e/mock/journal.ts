import type { Role } from './answer.ts';

/** One request as it was seen; never a token, a secret's value or a body. Times are milliseconds since 1970. */
export interface JournalEntry {
  seq: number;
  role: Role;
  method: string;
  host: string;
  /** Path with query. */
  path: string;
  /** null until an answer begins, and for a connection that was cut or left hanging without one. */
  status: number | null;
  principal: string | null;
  /** Number of the connection within this process; requests that share it reused it. */
  connection: number;
  startMs: number;
  endMs: number | null;
  /** The fault that was played, if one was. */
  fault: string | null;
}

export interface Counts {
  total: number;
  connections: number;
  /** Longest chain of requests of which each began after the one before had ended: round trips in sequence. */
  depth: number;
  byRole: Record<string, number>;
  byStatus: Record<string, number>;
}

export class Journal {
  #entries: JournalEntry[] = [];
  #seq = 0;

  begin(entry: Pick<JournalEntry, 'role' | 'method' | 'host' | 'path' | 'connection'>): JournalEntry {
    this.#seq += 1;
    const full = {
      seq: this.#seq,
      ...entry,
      status: null,
      principal: null,
      startMs: now(),
      endMs: null,
      fault: null,
    };
    this.#entries.push(full);
    return full;
  }

  entries(): JournalEntry[] {
    return this.#entries.map((entry) => ({ ...entry }));
  }

  counts(): Counts {
    return {
      total: this.#entries.length,
      connections: new Set(this.#entries.map((entry) => entry.connection)).size,
      depth: sequentialDepth(this.#entries),
      byRole: tally(this.#entries.map((entry) => entry.role)),
      byStatus: tally(this.#entries.map((entry) => String(entry.status))),
    };
  }

  clear(): void {
    this.#entries = [];
  }
}

export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Most requests that can be picked without overlap, which is the longest chain: take them by their end. */
export function sequentialDepth(entries: readonly Pick<JournalEntry, 'startMs' | 'endMs'>[]): number {
  const ended = entries.map(({ startMs, endMs }) => ({ startMs, endMs: endMs ?? Number.POSITIVE_INFINITY }));
  let depth = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const { startMs, endMs } of ended.sort((a, b) => a.endMs - b.endMs)) {
    if (startMs < last) continue;
    depth += 1;
    last = endMs;
  }
  return depth;
}

function tally(values: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
