import { setTimeout as delay } from 'node:timers/promises';
import type { PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import { withAwaited } from '../errors.ts';
import { isPassingFault } from '../transport/connection-fault.ts';
import { createPipeline, type Transport } from '../transport/transport.ts';
import { isInterrupt } from './interrupt.ts';

/** When and how often something that gives tokens is asked again. */
export interface Patience {
  /** Does this answer mean "later"? */
  isBusy(response: PipelineResponse): boolean | Promise<boolean>;
  /** Milliseconds before a repetition, counted from 0; undefined when there shall be none. */
  pause(repetition: number): number | undefined;
  /** One answer is waited for no longer than this. */
  readonly attemptMs: number;
  /** After so many attempts without any answer it is given up. */
  readonly silentAttempts: number;
}

/** A service that asks for more than this is not asked again: kubelet will come back by itself. */
const LONGEST_RETRY_AFTER_MS = 10_000;

/**
 * Sends a request until there is an answer that means something, and gives the last one.
 * At the call-out's deadline it gives the answer it had, as that says more than the deadline does.
 * @throws an error with a code when the last attempt failed without an answer; the signal's reason when it ended first
 */
export async function ask(
  request: () => PipelineRequest,
  patience: Patience,
  transport: Transport,
  signal: AbortSignal,
): Promise<PipelineResponse> {
  let last: PipelineResponse | undefined;
  let silent = 0;
  for (let repetition = 0; ; repetition++) {
    let fault: unknown;
    let wait = 0;
    const asked = request();
    try {
      last = await attempt(asked, patience.attemptMs, transport, signal);
      if (!(await patience.isBusy(last))) return last;
      wait = retryAfterOf(last);
    } catch (error) {
      fault = error;
      silent = isPassingFault(error) ? silent + 1 : patience.silentAttempts;
    }
    const pause = silent < patience.silentAttempts ? patience.pause(repetition) : undefined;
    if (!signal.aborted && (pause === undefined || wait > LONGEST_RETRY_AFTER_MS)) {
      if (fault === undefined && last !== undefined) return last;
      throw fault;
    }
    await delay(Math.max(pause ?? 0, wait), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) {
      if (isInterrupt(signal.reason)) throw signal.reason;
      if (last === undefined) throw withAwaited(signal.reason, `${new URL(asked.url).host} gave no answer`);
      return last;
    }
  }
}

/** Doubling from `firstMs` on, `times` times. */
export function doubling(firstMs: number, times: number): (repetition: number) => number | undefined {
  return (repetition) => (repetition < times ? firstMs * 2 ** repetition : undefined);
}

async function attempt(
  request: PipelineRequest,
  milliseconds: number,
  transport: Transport,
  signal: AbortSignal,
): Promise<PipelineResponse> {
  const patience = AbortSignal.timeout(milliseconds);
  request.abortSignal = AbortSignal.any([signal, patience]);
  try {
    return await createPipeline(transport).sendRequest(transport.httpClient, request);
  } catch (error) {
    if (!patience.aborted || signal.aborted) throw error;
    throw Object.assign(new Error('no answer in time', { cause: error }), { code: 'ETIMEDOUT' });
  }
}

/** Milliseconds; 0 when the service names no time. A date is not worth the trouble: nobody here sends one. */
function retryAfterOf(response: PipelineResponse | undefined): number {
  const seconds = Number(response?.headers.get('retry-after') ?? 0);
  return seconds > 0 ? seconds * 1000 : 0;
}
