import { Counter, Gauge } from 'prom-client';
import type { ReadingCounts } from '../agent/reading.ts';
import type { RequestMetrics } from './request-metrics.ts';

const whats = ['token', 'object', 'list'] as const;
const outcomes = ['remembered', 'asked'] as const;

/** What the node agent reads for drivers, beside what their events say of it. */
export class AgentMetrics implements ReadingCounts {
  readonly #requests: RequestMetrics;
  readonly #lookups: Counter;
  readonly #staleStarts: Counter;

  constructor(requests: RequestMetrics) {
    this.#requests = requests;
    this.#lookups = new Counter({
      name: 'keyvault_flexvol_agent_lookups_total',
      help: 'Tokens, objects and lists that drivers asked the node agent for',
      labelNames: ['what', 'outcome'],
      registers: [requests.registry],
    });
    this.#staleStarts = new Counter({
      name: 'keyvault_flexvol_agent_stale_starts_total',
      help: 'Volumes that got what was read before, as Azure could not be asked',
      registers: [requests.registry],
    });
    for (const what of whats) for (const outcome of outcomes) this.#lookups.inc({ what, outcome }, 0);
  }

  /** @param bytes of what is kept at the moment */
  keeping(bytes: () => number): void {
    new Gauge({
      name: 'keyvault_flexvol_agent_memory_bytes',
      help: 'About what the objects take that the node agent keeps in memory',
      registers: [this.#requests.registry],
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
    this.#requests.requests(to, status === undefined ? 'none' : String(status), 1);
  }
}
