import { type FSWatcher, watch } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { parseEventLine } from './event-line.ts';
import { loadPosition, type Position, savePosition } from './position.ts';
import { readSpool } from './read-spool.ts';

/** Events come in bursts; so long is waited for more before they are read. */
const GATHER_MS = 200;
/** Without a watch, as when the spool is not there yet, it is looked for so often. */
const POLL_MS = 10_000;

/** What the follower works with. */
export interface FollowerDeps {
  /** The directory of the spool. */
  readonly spool: string;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * Follows the spool: each event becomes a line of the log and is counted. After each batch the position is kept, so
 * that a restart counts nothing twice but what came between the two.
 */
export class Follower {
  readonly #deps: FollowerDeps;
  #watcher: FSWatcher | undefined;
  /** Undefined until it was loaded. */
  #position: Position | undefined;
  #reading: Promise<void> = Promise.resolve();
  #isGathering = false;

  constructor(deps: FollowerDeps) {
    this.#deps = deps;
  }

  /** Goes on for as long as the process does. */
  start(): void {
    void this.read();
    setInterval(() => void this.read(), POLL_MS);
  }

  /** Reads what has come, one reading after the other. Never fails. */
  read(): Promise<void> {
    this.#reading = this.#reading
      .then(() => this.#readOnce())
      .catch((error: unknown) => {
        this.#deps.log('error', 'events-unreadable', { message: String(error) });
      });
    return this.#reading;
  }

  async #readOnce(): Promise<void> {
    const { spool, metrics } = this.#deps;
    this.#watch();
    const before = this.#position ?? (await loadPosition(spool));
    const after = await readSpool(spool, before, {
      line: (line) => this.#take(line),
      oversized: () => metrics.droppedLine('oversized'),
      lostFiles: (count) => metrics.lostFiles(count),
    });
    this.#position = after;
    if (after.file !== before.file || after.offset !== before.offset) await savePosition(spool, after);
  }

  #take(line: string): void {
    const { log, metrics } = this.#deps;
    const event = parseEventLine(line);
    if (event === undefined) {
      metrics.droppedLine('malformed');
      return;
    }
    metrics.callOut(event);
    const { callOut, code, time, ...rest } = event;
    log(code === 'Success' ? 'info' : 'warning', callOut, { code, happened: time, ...rest });
  }

  /** Where it cannot be watched, the poll looks all the same. */
  #watch(): void {
    if (this.#watcher !== undefined) return;
    try {
      this.#watcher = watch(this.#deps.spool, (_event, name) => {
        // The position is our own; and a name without a file's ending means that the directory itself went.
        if (name?.startsWith('.')) return;
        if (name?.endsWith('.jsonl') !== true) this.#unwatch();
        void this.#gather();
      });
      this.#watcher.on('error', () => this.#unwatch());
    } catch {
      this.#watcher = undefined;
    }
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  async #gather(): Promise<void> {
    if (this.#isGathering) return;
    this.#isGathering = true;
    await delay(GATHER_MS);
    this.#isGathering = false;
    await this.read();
  }
}
