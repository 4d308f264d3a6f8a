import { DriverError } from '../errors.ts';

export function isInterrupt(reason: unknown): reason is DriverError {
  return reason instanceof DriverError && reason.code === 'Interrupted';
}
