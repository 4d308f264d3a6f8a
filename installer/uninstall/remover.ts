import { InstallFault } from '../fault.ts';
import type { Log } from '../log.ts';
import type { Readiness } from '../upkeep/readiness.ts';
import type { Removal } from './uninstall.ts';

/** Volumes go when their pods do, which nobody tells us. */
const RETRY_MS = 10_000;

export interface RemoverDeps {
  readonly uninstall: () => Promise<Removal>;
  readonly log: Log;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/**
 * In place of the keeper on nodes that are to be rid of the driver: removes it as soon as no volume is in use, and is ready
 * when it is gone, so that `kubectl rollout status` tells when all nodes are done.
 */
export class Remover {
  readonly #deps: RemoverDeps;
  #state: Readiness = { ready: false, code: 'Removing', reason: 'the driver is being removed' };

  constructor(deps: RemoverDeps) {
    this.#deps = deps;
  }

  /** Ends when the driver is gone. */
  async run(): Promise<void> {
    const { uninstall, log, sleep } = this.#deps;
    while (!this.#state.ready) {
      try {
        const { left } = await uninstall();
        log('info', 'uninstalled', { left });
        this.#state = { ready: true };
        return;
      } catch (thrown) {
        this.#fail(thrown);
      }
      await sleep(RETRY_MS);
    }
  }

  async readiness(): Promise<Readiness> {
    return this.#state;
  }

  /** Once for each reason: a volume may stay for days. */
  #fail(thrown: unknown): void {
    const code = thrown instanceof InstallFault ? thrown.code : 'WriteFailed';
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    const before = this.#state;
    this.#state = { ready: false, code, reason };
    if (before.ready || before.reason === reason) return;
    this.#deps.log('warning', 'uninstall-waits', { code, message: reason, retrySeconds: RETRY_MS / 1000 });
  }
}
