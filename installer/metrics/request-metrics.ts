import { Counter, type Registry } from 'prom-client';

const PREFIX = 'keyvault_flexvol_';

/** Counts requests over HTTP: those of the driver, which its events tell, or the agent's own. Each process has its counts. */
export class RequestMetrics {
  readonly registry: Registry;
  readonly #vault: Counter;
  readonly #token: Counter;

  constructor(registry: Registry) {
    this.registry = registry;
    this.#vault = new Counter({
      name: `${PREFIX}vault_requests_total`,
      help: 'Requests to vaults by HTTP status',
      labelNames: ['status'],
      registers: [registry],
    });
    this.#token = new Counter({
      name: `${PREFIX}token_requests_total`,
      help: 'Requests for tokens by HTTP status',
      labelNames: ['status'],
      registers: [registry],
    });
    // A counter that begins with its first count has no rate in that moment, and a burst would be missed.
    this.#vault.inc({ status: '429' }, 0);
  }

  /** @param status an HTTP status, or `none` for a request without an answer */
  requests(to: 'vault' | 'token', status: string, count: number): void {
    const counter = to === 'vault' ? this.#vault : this.#token;
    counter.inc({ status: statusOf(status) }, count);
  }
}

function statusOf(text: string): string {
  return text === 'none' || /^[1-5]\d\d$/.test(text) ? text : 'other';
}
