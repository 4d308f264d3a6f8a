import type { AccessToken, Compute, FederatedTokens, TokenSource } from '../ports.ts';
import type { Transport } from '../transport/transport.ts';
import { isArcEnabled } from './arc-enabled.ts';

/** What the kinds of identity need of the node. */
export interface CredentialSettings {
  readonly transport: Transport;
  /** Where pods may have NMI asked. */
  readonly nmiPorts: readonly number[];
  federatedTokens(): Promise<FederatedTokens>;
  /** Runs what may take long; left out where the process has nothing else to do. */
  readonly compute?: Compute;
}

/** The token source for every kind of identity. Only the code of the kind in use is loaded. */
export function createTokenSource({
  transport,
  nmiPorts,
  federatedTokens,
  compute,
}: CredentialSettings): TokenSource {
  return {
    async getToken({ identity, cloud, pod, items }, signal): Promise<AccessToken> {
      switch (identity.kind) {
        case 'service-principal': {
          const { getServicePrincipalToken } = await import('./service-principal.ts');
          return getServicePrincipalToken(identity, items, cloud, transport, signal, compute);
        }
        case 'pod-identity': {
          const { getPodIdentityToken } = await import('./pod-identity.ts');
          return getPodIdentityToken(identity.nmiPort, nmiPorts, pod, cloud, transport, signal);
        }
        case 'managed-identity': {
          if (isArcEnabled()) {
            const { getArcIdentityToken } = await import('./arc-identity.ts');
            return getArcIdentityToken(identity.assignment, cloud, transport, signal);
          }
          const { getManagedIdentityToken } = await import('./managed-identity.ts');
          return getManagedIdentityToken(identity.assignment, cloud, transport, signal);
        }
        case 'workload-identity': {
          const { getWorkloadIdentityToken } = await import('./workload-identity.ts');
          const tokens = await federatedTokens();
          return getWorkloadIdentityToken(identity, pod, items, tokens, cloud, transport, signal);
        }
      }
    },
  };
}
