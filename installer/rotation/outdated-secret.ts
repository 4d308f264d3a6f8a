import { DriverError } from '../../driver/errors.ts';
import type { PlacedRecord } from '../../driver/record/record.ts';

/**
 * Says of a rejected service principal that the volume has the Secret of its mount: its owner may have put a new value into the
 * Secret long ago, which kubelet gives only to the next mount.
 */
export function withOutdatedSecret(
  error: DriverError,
  { secret }: Pick<PlacedRecord, 'secret'>,
): DriverError {
  if (error.code !== 'CredentialRejected' || secret !== 'kept') return error;
  return new DriverError(
    error.code,
    `the volume has the Secret as it was at the mount: where its value was renewed since, restart the pod; ${error.message}`,
    { cause: error, reference: error.reference },
  );
}
