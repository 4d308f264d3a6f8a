import type { AskedFor, Phase, Recorder } from '../recorder.ts';
import type { RequestCounts } from './event.ts';

/** What a recorder was told so far. */
export interface Recorded {
  readonly asked: AskedFor | undefined;
  readonly stagedAs: string | undefined;
  /** Milliseconds; phases that have not begun are not there, one that still runs counts until now. */
  readonly durations: Readonly<Partial<Record<Phase, number>>>;
  readonly vaultRequests: RequestCounts;
  readonly tokenRequests: RequestCounts;
  readonly source: 'direct' | 'agent';
  readonly staleSince?: number | undefined;
  readonly agentPassedOver?: string | undefined;
}

/** A recorder that keeps what it is told in memory. `now` gives milliseconds. */
export class CallOutRecorder implements Recorder {
  readonly #now: () => number;
  readonly #durations: Partial<Record<Phase, number>> = {};
  /** Phases that run, the innermost last. */
  readonly #running: { readonly phase: Phase }[] = [];
  /** Until when the innermost phase was counted. */
  #countedUntil = 0;
  #asked: AskedFor | undefined;
  #stagedAs: string | undefined;
  #source: Recorded['source'] = 'direct';
  #staleSince: number | undefined;
  #passedOver: string | undefined;
  readonly #vaultRequests: Record<string, number> = {};
  readonly #tokenRequests: Record<string, number> = {};

  constructor(now: () => number) {
    this.#now = now;
  }

  asked(what: AskedFor | undefined): void {
    this.#asked = what ?? this.#asked;
  }

  stagedAs(name: string): void {
    this.#stagedAs = name;
  }

  start(phase: Phase): () => void {
    this.#count();
    const running = { phase };
    this.#running.push(running);
    return () => {
      const index = this.#running.indexOf(running);
      if (index < 0) return;
      this.#count();
      this.#running.splice(index, 1);
    };
  }

  requested(url: string, status: number | undefined): void {
    const suffix = this.#asked?.vaultSuffix;
    const isVault = suffix !== undefined && new URL(url).hostname.endsWith(`.${suffix.toLowerCase()}`);
    const counts = isVault ? this.#vaultRequests : this.#tokenRequests;
    const key = status === undefined ? 'none' : String(status);
    counts[key] = (counts[key] ?? 0) + 1;
  }

  readByAgent(staleSince: number | undefined): void {
    this.#source = 'agent';
    this.#staleSince = staleSince;
  }

  agentPassedOver(because: string): void {
    this.#passedOver = because;
  }

  recorded(): Recorded {
    this.#count();
    return {
      asked: this.#asked,
      stagedAs: this.#stagedAs,
      durations: this.#durations,
      vaultRequests: this.#vaultRequests,
      tokenRequests: this.#tokenRequests,
      source: this.#source,
      staleSince: this.#staleSince,
      agentPassedOver: this.#passedOver,
    };
  }

  #count(): void {
    const now = this.#now();
    const innermost = this.#running.at(-1)?.phase;
    if (innermost !== undefined) {
      this.#durations[innermost] = (this.#durations[innermost] ?? 0) + now - this.#countedUntil;
    }
    this.#countedUntil = now;
  }
}
