import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { DriverError } from '../errors.ts';
import type { AccessToken } from '../ports.ts';

/**
 * Sends the token with the first request already, and to this vault's own host only: the link to the next page of a
 * list comes from an answer, and must not lead the token elsewhere.
 */
export function authorizePolicy(origin: string, token: Promise<AccessToken>): PipelinePolicy {
  return {
    name: 'authorizePolicy',
    async sendRequest(request, next) {
      if (new URL(request.url).origin !== origin)
        throw new DriverError('VaultFault', 'its list continues on another host, which was not asked');
      request.headers.set('authorization', `Bearer ${(await token).token}`);
      return next(request);
    },
  };
}
