import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { retryAfter } from '../transport/retry-after.ts';
import type { Bound } from './bound.ts';
import { VaultRefusal } from './refusal.ts';

/** What is left for the answer after a wait, at least. */
const MARGIN_MS = 1000;
/** First wait when the vault throttles without saying for how long; doubled each time (throttling guidance). */
const FIRST_WAIT_MS = 1000;
/** A request waits no longer than this in all. kubelet tries again by itself, and until then the pod's event says why. */
const LONGEST_WAIT_MS = 30_000;

/**
 * Decides what of a refused request is worth waiting for; the SDK's retries, which come around this policy, then do
 * it. They alone would wait for as long as a vault says, and would not repeat a 429 that says nothing.
 *
 * A refusal that no repetition mends ends the matter at once. So does a 401: the token was sent already, and the SDK's
 * answer to a challenge would be the same token again.
 */
export function patiencePolicy(bound: Bound): PipelinePolicy {
  const waits = new WeakMap<object, { readonly times: number; readonly milliseconds: number }>();
  return {
    name: 'patiencePolicy',
    async sendRequest(request, next) {
      const response = await next(request);
      const { status } = response;
      if (status === 200) return response;
      if (status !== 408 && status !== 429 && status < 500) throw new VaultRefusal(response);
      const asked = retryAfter(response);
      if (asked === undefined && status !== 429) return response;
      const before = waits.get(request) ?? { times: 0, milliseconds: 0 };
      const wait = asked ?? FIRST_WAIT_MS * 2 ** before.times * (0.75 + Math.random() / 2);
      const milliseconds = before.milliseconds + wait;
      if (milliseconds > LONGEST_WAIT_MS || wait > bound.timeLeft() - MARGIN_MS)
        throw new VaultRefusal(response, wait);
      waits.set(request, { times: before.times + 1, milliseconds });
      response.headers.set('retry-after-ms', String(Math.ceil(wait)));
      return response;
    },
  };
}
