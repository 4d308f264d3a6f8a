import type { Cloud } from '../options/clouds.ts';
import type { Identity } from '../options/identity.ts';
import type { PodContext } from '../options/pod.ts';
import type { AccessToken, FederatedToken, FederatedTokens, TokenRequest } from '../ports.ts';
import type { Transport } from '../transport/transport.ts';
import { assertionFields } from './assertion.ts';
import { federationAudiences } from './audiences.ts';
import { findTenant } from './tenant.ts';
import { requestToken } from './token-endpoint.ts';

type WorkloadIdentity = Extract<Identity, { kind: 'workload-identity' }>;

/**
 * A token of an application or managed identity that trusts the pod's service account. The proof is the token that
 * Kubernetes itself issues for the pod, so the driver needs no rights in the cluster.
 * @throws DriverError `FederatedTokenMissing`, `CredentialRejected` or `TokenUnavailable`
 */
export async function getWorkloadIdentityToken(
  { tenant: written, clientId }: WorkloadIdentity,
  pod: PodContext,
  items: TokenRequest['items'],
  federatedTokens: FederatedTokens,
  cloud: Cloud,
  transport: Transport,
  signal: AbortSignal,
): Promise<AccessToken> {
  const [federated, tenant] = await Promise.all([
    federatedTokens.find(pod, federationAudiences(cloud), signal),
    findTenant(written, items, cloud, transport, signal),
  ]);
  const client = {
    description: `workload identity ${clientId} of tenant ${tenant}`,
    clientId,
    tenant,
    proof: assertionFields(federated.token),
    wayOut: (code: string) => wayOutOf(code, federated),
  };
  return requestToken(client, cloud, transport, signal);
}

function wayOutOf(code: string, { issuer, subject, audience }: FederatedToken): string | undefined {
  switch (code) {
    case 'AADSTS70021':
    case 'AADSTS700211':
    case 'AADSTS700212':
    case 'AADSTS700213':
    case 'AADSTS7002138':
      return `it trusts no such service account; give it a federated credential with issuer ${issuer}, subject ${subject}, audience ${audience}, letter for letter`;
    case 'AADSTS700027':
    case 'AADSTS7000272':
    case 'AADSTS5000811':
    case 'AADSTS900384':
      return `the signature of the service account's token was not accepted; publish the cluster's current keys (openid/v1/jwks) at its issuer ${issuer}`;
    case 'AADSTS50166':
    case 'AADSTS501661':
    case 'AADSTS90061':
    case 'AADSTS900612':
      return `Entra could not fetch the keys of the service account's issuer; if it lasts, check that ${issuer} and its openid/v1/jwks can be read from the internet`;
    case 'AADSTS700024':
    case 'AADSTS500133':
      return "the service account's token is not valid at this time; check the clocks of the node and of the API server";
    default:
      return undefined;
  }
}
