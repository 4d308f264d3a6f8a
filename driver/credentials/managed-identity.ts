import { AuthenticationError, CredentialUnavailableError, ManagedIdentityCredential } from '@azure/identity';
import { DriverError } from '../errors.ts';
import type { Cloud } from '../options/clouds.ts';
import type { AccessToken } from '../ports.ts';

/**
 * A token of a managed identity of the node, from IMDS at 169.254.169.254.
 * @param clientId of a user-assigned identity; undefined for the system-assigned one
 * @throws DriverError `TokenUnavailable`
 */
export async function getManagedIdentityToken(
  clientId: string | undefined,
  cloud: Cloud,
  signal: AbortSignal,
): Promise<AccessToken> {
  const credential =
    clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
  try {
    const { token, expiresOnTimestamp } = await credential.getToken(`${cloud.resource}/.default`, {
      abortSignal: signal,
    });
    return { token, expiresAt: expiresOnTimestamp };
  } catch (error) {
    signal.throwIfAborted();
    throw new DriverError(
      'TokenUnavailable',
      `the node's metadata service (IMDS) gave no token to ${describe(clientId)} (${reason(error)}); check that it is assigned to the node's virtual machine or scale set`,
      { cause: error },
    );
  }
}

function describe(clientId: string | undefined): string {
  return clientId === undefined ? 'the system-assigned managed identity' : `managed identity ${clientId}`;
}

function reason(error: unknown): string {
  if (error instanceof AuthenticationError) return `HTTP ${error.statusCode}`;
  if (error instanceof CredentialUnavailableError) return 'not available';
  return 'no answer';
}
