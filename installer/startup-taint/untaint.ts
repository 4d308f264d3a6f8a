import { systemErrorCode } from '../fault.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { TaintResult } from './remove-taint.ts';

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;

export interface UntaintDeps {
  readonly remove: () => Promise<TaintResult>;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'startupTaint'>;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Repeats it, ever more slowly, until it succeeds. Whatever becomes of it, the node can mount, so readiness is not touched. */
export async function untaint({ remove, log, metrics, sleep }: UntaintDeps): Promise<void> {
  for (let pause = FIRST_RETRY_MS; ; pause = Math.min(pause * 2, LAST_RETRY_MS)) {
    try {
      const result = await remove();
      metrics.startupTaint(result);
      log('info', 'startup-taint', { result });
      return;
    } catch (error) {
      metrics.startupTaint('failure');
      const message = error instanceof Error ? error.message : String(error);
      const code = systemErrorCode(error);
      log('warning', 'startup-taint-failed', { code, message, retrySeconds: pause / 1000 });
    }
    await sleep(pause);
  }
}
