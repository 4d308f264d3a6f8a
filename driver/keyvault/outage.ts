import { RestError } from '@azure/core-rest-pipeline';
import { isPassingFault } from '../transport/connection-fault.ts';
import { OutOfTime } from './bound.ts';
import { VaultRefusal } from './refusal.ts';

/** Is the vault itself not to be had: unreachable, throttling, or silent for too long? */
export function isOutage(error: unknown): boolean {
  if (error instanceof OutOfTime) return true;
  if (error instanceof VaultRefusal) return error.status === 429;
  // Behind a proxy, an unreachable vault is the proxy's 502 or 504; what it forbids stays forbidden.
  return isUnanswered(error) && isPassingFault(error);
}

/** Is that a reason to read the fallback vault? Never that the vault says no: 401, 403, 404. */
export function isReasonToFallBack(error: unknown): boolean {
  return isOutage(error) || (error instanceof VaultRefusal && (error.status >= 500 || error.status === 408));
}

/** A request that got no answer at all, other than one that was not understood. */
export function isUnanswered(error: unknown): error is RestError {
  return error instanceof RestError && error.statusCode === undefined;
}
