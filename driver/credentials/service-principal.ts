import { computeAlone } from '../forms/breathe.ts';
import type { Cloud } from '../options/clouds.ts';
import type { Identity } from '../options/identity.ts';
import type { AccessToken, Compute, TokenRequest } from '../ports.ts';
import type { Transport } from '../transport/transport.ts';
import { findTenant } from './tenant.ts';
import { requestToken, tokenEndpoint } from './token-endpoint.ts';

type ServicePrincipal = Extract<Identity, { kind: 'service-principal' }>;

/**
 * A token of the service principal whose credential is in the Secret.
 * @throws DriverError `CredentialRejected` or `TokenUnavailable`
 */
export async function getServicePrincipalToken(
  principal: ServicePrincipal,
  items: TokenRequest['items'],
  cloud: Cloud,
  transport: Transport,
  signal: AbortSignal,
  compute: Compute = computeAlone,
): Promise<AccessToken> {
  const { clientId, region } = principal;
  const tenant = await findTenant(principal.tenant, items, cloud, transport, signal);
  const description = `service principal ${clientId} of tenant ${tenant}`;
  const proof = await proofOf(principal, tokenEndpoint(cloud.authority, tenant), compute);
  return requestToken({ description, clientId, tenant, region, proof }, cloud, transport, signal);
}

/** The assertion is always for the global endpoint, for which its regional ones stand. */
async function proofOf(
  { clientId, credential }: ServicePrincipal,
  audience: string,
  compute: Compute,
): Promise<Readonly<Record<string, string>>> {
  if (credential.kind === 'secret') return { client_secret: credential.secret };
  const { assertionFields } = await import('./assertion.ts');
  const { readClientCertificate } = await import('./client-certificate.ts');
  const { signAssertion } = await import('./signed-assertion.ts');
  const certificate = await compute((breathe) => readClientCertificate(credential, breathe));
  return assertionFields(signAssertion(certificate, clientId, audience));
}
