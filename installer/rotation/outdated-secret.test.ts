import { expect, test } from 'vitest';
import { DriverError } from '../../driver/errors.ts';
import { withOutdatedSecret } from './outdated-secret.ts';

test('a rejected service principal is told with the way out of its volume, and keeps its code and reference', () => {
  const error = new DriverError('CredentialRejected', 'no', { reference: 'trace id 1' });
  expect(withOutdatedSecret(error, { secret: 'kept' })).toMatchObject({
    code: 'CredentialRejected',
    message:
      'the volume has the Secret as it was at the mount: where its value was renewed since, restart the pod; no',
    reference: 'trace id 1',
  });
});

test.each([
  ['another fault', 'VaultUnreachable', 'kept'],
  ['a workload identity', 'CredentialRejected', 'none'],
] as const)('%s is told as it is', (_, code, secret) => {
  const error = new DriverError(code, 'no');
  expect(withOutdatedSecret(error, { secret })).toBe(error);
});
