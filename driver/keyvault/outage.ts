import { RestError } from '@azure/core-rest-pipeline';
import { systemCode } from '../errors.ts';
import { OutOfTime } from './bound.ts';
import { VaultRefusal } from './refusal.ts';

/** Faults of name, route and connection. One of the certificate is not among them: whoever has that is reached. */
const connectionFaults: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENODATA',
  'ENOTFOUND',
  'EPIPE',
  'ERR_SOCKET_CLOSED',
  'ESERVFAIL',
  'ESOCKETTIMEDOUT',
  'ETIMEDOUT',
]);

/** Is the vault itself not to be had: unreachable, throttling, or silent for too long? */
export function isOutage(error: unknown): boolean {
  if (error instanceof OutOfTime) return true;
  if (error instanceof VaultRefusal) return error.status === 429;
  if (!isUnanswered(error)) return false;
  const code = systemCode(error);
  // Behind a proxy, an unreachable vault is the proxy's 502 or 504; what it forbids stays forbidden.
  return connectionFaults.has(code.replace(/^PROXY_/, '')) || /^PROXY_(HTTP_5\d\d|CLOSED)$/.test(code);
}

/** Is that a reason to read the fallback vault? Never that the vault says no: 401, 403, 404. */
export function isReasonToFallBack(error: unknown): boolean {
  return isOutage(error) || (error instanceof VaultRefusal && (error.status >= 500 || error.status === 408));
}

/** A request that got no answer at all, other than one that was not understood. */
export function isUnanswered(error: unknown): error is RestError {
  return error instanceof RestError && error.statusCode === undefined;
}
