import { Counter, Gauge } from 'prom-client';
import type { ReadingCounts } from '../agent/reading.ts';
import type { Metrics } from './metrics.ts';

const whats = ['token', 'object', 'list'] as const;
const outcomes = ['remembered', 'asked'] as const;

/** What the node agent reads for drivers, beside what their events say of it. */
export class AgentMetrics implements ReadingCounts {
  readonly #metrics: Metrics;
  readonly #lookups: Counter;
  readonly #staleStarts: Counter;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
    this.#lookups = new Counter({
      name: 'keyvault_flexvol_agent_lookups_total',
      help: 'Tokens, objects and lists that drivers asked the node agent for',
      labelNames: ['what', 'outcome'],
      registers: [metrics.registry],
    });
    this.#staleStarts = new Counter({
      name: 'keyvault_flexvol_agent_stale_starts_total',
      help: 'Volumes that got what was read before, as Azure could not be asked',
      registers: [metrics.registry],
    });
    for (const what of whats) for (const outcome of outcomes) this.#lookups.inc({ what, outcome }, 0);
  }

  /** @param bytes of what is kept at the moment */
  keeping(bytes: () => number): void {
    new Gauge({
      name: 'keyvault_flexvol_agent_memory_bytes',
      help: 'About what the objects take that the node agent keeps in memory',
      registers: [this.#metrics.registry],
      collect() {
        this.set(bytes());
      },
    });
  }

  looked(what: (typeof whats)[number], outcome: (typeof outcomes)[number]): void {
    this.#lookups.inc({ what, outcome });
  }

  startedStale(): void {
    this.#staleStarts.inc();
  }

  requested(to: 'vault' | 'token', status: number | undefined): void {
    this.#metrics.requests(to, status === undefined ? 'none' : String(status), 1);
  }
}
