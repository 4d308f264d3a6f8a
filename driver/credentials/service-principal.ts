import { createHttpHeaders, createPipelineRequest, type PipelineResponse } from '@azure/core-rest-pipeline';
import { DriverError } from '../errors.ts';
import type { Cloud } from '../options/clouds.ts';
import type { Identity } from '../options/identity.ts';
import type { AccessToken } from '../ports.ts';
import { describeConnectionFault } from '../transport/connection-fault.ts';
import { createPipeline, type Transport } from '../transport/transport.ts';
import { parseJsonObject, readAccessToken } from './token-response.ts';

type ServicePrincipal = Extract<Identity, { kind: 'service-principal' }>;

/** A regional endpoint that is not there must not use up the call-out's time. */
const REGIONAL_TIMEOUT_MS = 3000;

/** Entra's own codes whose cause the pod's owner can mend. Source: Microsoft Entra authentication error codes. */
const wayOut: Readonly<Record<string, string>> = {
  AADSTS7000215:
    'the client secret is wrong; put the secret value (not its id) into key clientsecret of the Secret',
  AADSTS7000222: 'the client secret has expired; put a new one into key clientsecret of the Secret',
  AADSTS700016:
    'the tenant knows no application with this client id; check clientid in the Secret and tenantid',
  AADSTS90002: 'there is no such tenant; check tenantid and cloudname',
  AADSTS900023: 'tenantid is not a tenant id',
  AADSTS50034: 'the tenant knows no such account; check clientid in the Secret and tenantid',
  AADSTS7000112: 'the application is disabled in the tenant',
};

/**
 * A token by client credentials: one POST (RFC 6749 section 4.4; Microsoft identity platform, "Get a token").
 * MSAL would add module loading and discovery requests to every call-out; docs/adr/0003 has the figures.
 * @throws DriverError `CredentialRejected` or `TokenUnavailable`
 */
export async function getServicePrincipalToken(
  principal: ServicePrincipal,
  cloud: Cloud,
  transport: Transport,
  signal: AbortSignal,
): Promise<AccessToken> {
  if (principal.region !== undefined && cloud.regionalSuffix !== undefined) {
    const regional = `https://${principal.region}.${cloud.regionalSuffix}`;
    const token = await tryRegional(regional, principal, cloud, transport, signal);
    if (token !== undefined) return token;
  }
  const response = await post(cloud.authority, principal, cloud, transport, signal);
  return readResponse(response, principal, cloud);
}

/** Undefined when the regional endpoint does not serve; what it says of the credential itself is final. */
async function tryRegional(
  authority: string,
  principal: ServicePrincipal,
  cloud: Cloud,
  transport: Transport,
  signal: AbortSignal,
): Promise<AccessToken | undefined> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(REGIONAL_TIMEOUT_MS)]);
  try {
    const response = await post(authority, principal, cloud, transport, patience);
    return response.status === 200 ? readResponse(response, principal, cloud) : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

async function post(
  authority: string,
  principal: ServicePrincipal,
  cloud: Cloud,
  transport: Transport,
  signal: AbortSignal,
): Promise<PipelineResponse> {
  const request = createPipelineRequest({
    url: `${authority}/${encodeURIComponent(principal.tenant)}/oauth2/v2.0/token`,
    method: 'POST',
    headers: createHttpHeaders({
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    }),
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: principal.clientId,
      client_secret: principal.clientSecret,
      scope: `${cloud.resource}/.default`,
    }).toString(),
    abortSignal: signal,
  });
  try {
    return await createPipeline(transport).sendRequest(transport.httpClient, request);
  } catch (error) {
    signal.throwIfAborted();
    throw new DriverError(
      'TokenUnavailable',
      `the token endpoint ${new URL(authority).host} (cloud ${cloud.name}) could not be reached: ${describeConnectionFault(error)}`,
      { cause: error },
    );
  }
}

function readResponse(response: PipelineResponse, principal: ServicePrincipal, cloud: Cloud): AccessToken {
  const host = new URL(cloud.authority).host;
  const body = parseJsonObject(response.bodyAsText);
  if (response.status === 200) return readAccessToken(body, `the token endpoint ${host}`);
  const code = /^AADSTS\d{4,9}/.exec(String(body?.['error_description'] ?? ''))?.[0];
  const advice = code !== undefined && Object.hasOwn(wayOut, code) ? `: ${wayOut[code]}` : '';
  const trace = /^[0-9a-f-]{36}$/i.exec(String(body?.['trace_id'] ?? ''))?.[0];
  const reference = [`HTTP ${response.status}`, code, trace && `trace id ${trace}`]
    .filter(Boolean)
    .join(', ');
  const rejected = response.status === 400 || response.status === 401;
  throw new DriverError(
    rejected ? 'CredentialRejected' : 'TokenUnavailable',
    `${host} gave no token to service principal ${principal.clientId} of tenant ${principal.tenant}${advice} (${reference})`,
  );
}
