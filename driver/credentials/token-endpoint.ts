import { createHttpHeaders, createPipelineRequest, type PipelineResponse } from '@azure/core-rest-pipeline';
import { DriverError } from '../errors.ts';
import type { Cloud } from '../options/clouds.ts';
import type { AccessToken } from '../ports.ts';
import { describeClockSkew } from '../transport/clock-skew.ts';
import { describeConnectionFault } from '../transport/connection-fault.ts';
import { retryAfter } from '../transport/retry-after.ts';
import type { Transport } from '../transport/transport.ts';
import { describeWait } from '../transport/wait.ts';
import { ask, doubling, type Patience } from './ask.ts';
import { parseJsonObject, readAccessToken } from './token-response.ts';

/** Who asks the token endpoint, and with which proof. */
export interface Client {
  /** For messages: `service principal 1111…`. */
  readonly description: string;
  readonly clientId: string;
  /** A tenant's id or domain; `adfs` for the one directory of an AD FS. */
  readonly tenant: string;
  readonly region?: string | undefined;
  /** Form fields: a secret, or an assertion (RFC 7523). */
  readonly proof: Readonly<Record<string, string>>;
  /** What this client can do about a refusal, where it knows more than the code does. */
  wayOut?(code: string): string | undefined;
}

const patience: Patience = {
  async isBusy({ status, bodyAsText }) {
    if (status === 400 || status === 401) return isPassing(bodyAsText);
    return status === 408 || status === 429 || status >= 500;
  },
  pause: doubling(400, 4),
  attemptMs: 15_000,
  silentAttempts: 4,
};
/** A regional endpoint that is not there must not use up the call-out's time. */
const regionalPatience: Patience = {
  isBusy: () => false,
  pause: () => undefined,
  attemptMs: 3000,
  silentAttempts: 1,
};

/** Where a tenant's tokens are; an AD FS only has the first version of it. */
export function tokenEndpoint(authority: string, tenant: string): string {
  return isAdfs(tenant)
    ? `${authority}/adfs/oauth2/token`
    : `${authority}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`;
}

function isAdfs(tenant: string): boolean {
  return tenant.toLowerCase() === 'adfs';
}

/**
 * A token by client credentials: one POST (RFC 6749 section 4.4; Microsoft identity platform, "Get a token").
 * MSAL would add the loading of its modules, and in private clouds discovery requests; docs/adr/0003 has the figures.
 * @throws DriverError `CredentialRejected` or `TokenUnavailable`
 */
export async function requestToken(
  client: Client,
  cloud: Cloud,
  transport: Transport,
  signal: AbortSignal,
): Promise<AccessToken> {
  const { region } = client;
  if (region !== undefined && cloud.regionalSuffix !== undefined) {
    const regional = `https://${region}.${cloud.regionalSuffix}`;
    const response = await post(regional, client, cloud, regionalPatience, transport, signal).catch(
      () => undefined,
    );
    // Whatever else it says, the global endpoint says it better.
    if (response?.status === 200) return await readResponse(response, client, cloud);
    signal.throwIfAborted();
  }
  try {
    const response = await post(cloud.authority, client, cloud, patience, transport, signal);
    return await readResponse(response, client, cloud);
  } catch (error) {
    if (error instanceof DriverError) throw error;
    signal.throwIfAborted();
    const host = new URL(cloud.authority).host;
    throw new DriverError(
      'TokenUnavailable',
      `the token endpoint ${host} (cloud ${cloud.name}) could not be reached: ${describeConnectionFault(error)}`,
      { cause: error },
    );
  }
}

function post(
  authority: string,
  { tenant, clientId, proof }: Client,
  { resource }: Cloud,
  howLong: Patience,
  transport: Transport,
  signal: AbortSignal,
): Promise<PipelineResponse> {
  const audience: Record<string, string> = isAdfs(tenant) ? { resource } : { scope: `${resource}/.default` };
  const request = () =>
    createPipelineRequest({
      url: tokenEndpoint(authority, tenant),
      method: 'POST',
      headers: createHttpHeaders({
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      }),
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        ...proof,
        ...audience,
      }).toString(),
    });
  return ask(request, howLong, transport, signal);
}

/** Does Entra name a fault of its own, or of somebody whom it asked, that may be over in a moment? */
async function isPassing(body: string | null | undefined): Promise<boolean> {
  const { codeIn, meaningOf } = await import('./entra-refusal.ts');
  return meaningOf(codeIn(parseJsonObject(body)?.['error_description']))?.passing === true;
}

async function readResponse(response: PipelineResponse, client: Client, cloud: Cloud): Promise<AccessToken> {
  const host = new URL(cloud.authority).host;
  const body = parseJsonObject(response.bodyAsText);
  if (response.status === 200) return readAccessToken(body, `the token endpoint ${host}`);
  const { codeIn, firstSentence, meaningOf } = await import('./entra-refusal.ts');
  const description = body?.['error_description'];
  const code = codeIn(description);
  const meaning = meaningOf(code);
  const advice = (code && client.wayOut?.(code)) ?? meaning?.text ?? firstSentence(description);
  const trace = /^[0-9a-f-]{36}$/i.exec(String(body?.['trace_id'] ?? ''))?.[0];
  const status = [`HTTP ${response.status}`, ...(code === undefined ? [] : [code])];
  const skew = describeClockSkew(response.headers.get('date'));
  const wait = response.status === 200 ? undefined : retryAfter(response);
  const text = [
    `${host} gave no token to ${client.description}`,
    ...(advice ? [`: ${advice}`] : []),
    ...(skew ? [`; ${skew}`] : []),
    ...(wait === undefined ? [] : [`; it asks to wait ${describeWait(wait)}, and kubelet will try again`]),
    ...(wait === undefined && meaning?.passing ? ['; kubelet will try again'] : []),
    ` (${status.join(', ')})`,
  ];
  const reference = trace && `trace id ${trace}`;
  const rejected = (response.status === 400 || response.status === 401) && meaning?.passing !== true;
  throw new DriverError(rejected ? 'CredentialRejected' : 'TokenUnavailable', text.join(''), { reference });
}
