import type { AccessToken, TokenSource } from '../ports.ts';
import type { Transport } from '../transport/transport.ts';

/** The token source for every kind of identity. Only the code of the kind in use is loaded. */
export function createTokenSource(transport: Transport): TokenSource {
  return {
    async getToken({ identity, cloud, pod }, signal): Promise<AccessToken> {
      switch (identity.kind) {
        case 'service-principal': {
          const { getServicePrincipalToken } = await import('./service-principal.ts');
          return getServicePrincipalToken(identity, cloud, transport, signal);
        }
        case 'pod-identity': {
          const { getPodIdentityToken } = await import('./pod-identity.ts');
          return getPodIdentityToken(identity.nmiPort, pod, cloud, transport, signal);
        }
        case 'managed-identity': {
          const { getManagedIdentityToken } = await import('./managed-identity.ts');
          return getManagedIdentityToken(identity.clientId, cloud, signal);
        }
      }
    },
  };
}
