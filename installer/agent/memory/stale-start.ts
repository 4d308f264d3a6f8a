import { DriverError, type ErrorCode } from '../../../driver/errors.ts';
import type { FoundObject } from '../../../driver/ports.ts';

/** Azure cannot be asked at the moment. What it refuses stays refused. */
const OUTAGES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'VaultUnreachable',
  'VaultThrottled',
  'VaultFault',
  'TokenUnavailable',
  'DeadlineExceeded',
]);
/** So long is waited for Azure where there is something to start with. */
const PATIENCE_MS = 5000;

/**
 * Reads, and where that cannot be done for now, or takes too long, answers what was read before: all of a volume or
 * nothing, so that what belongs together stays together.
 * @param recall what there is to start with, undefined for nothing
 */
export async function readOrRecall(
  read: (signal: AbortSignal) => Promise<FoundObject[][]>,
  recall: () => FoundObject[][] | undefined,
  signal: AbortSignal,
  patienceMs = PATIENCE_MS,
): Promise<FoundObject[][]> {
  const patience = new AbortController();
  const timer = setTimeout(() => {
    if (recall() === undefined) return;
    patience.abort(new DriverError('VaultUnreachable', `no answer within ${patienceMs / 1000} s`));
  }, patienceMs);
  try {
    return await read(AbortSignal.any([signal, patience.signal]));
  } catch (error) {
    const isOutage = error instanceof DriverError && OUTAGES.has(error.code);
    const known = isOutage ? recall() : undefined;
    if (known === undefined) throw error;
    return known;
  } finally {
    clearTimeout(timer);
  }
}
