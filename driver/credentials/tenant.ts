import { createHttpHeaders, createPipelineRequest, type PipelineResponse } from '@azure/core-rest-pipeline';
import { DriverError } from '../errors.ts';
import type { Cloud } from '../options/clouds.ts';
import type { TokenRequest } from '../ports.ts';
import { describeConnectionFault } from '../transport/connection-fault.ts';
import type { Transport } from '../transport/transport.ts';
import { ask, doubling, type Patience } from './ask.ts';

type Vaults = readonly Pick<TokenRequest['items'][number], 'vault' | 'fallbackVault'>[];

const patience: Patience = {
  isBusy: ({ status }) => status === 408 || status === 429 || status >= 500,
  pause: doubling(400, 3),
  attemptMs: 10_000,
  silentAttempts: 2,
};
/** Any version does: the vault asks who is there before it looks at what is wanted. */
const API_VERSION = '7.4';
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The tenant to ask for a token: the one that was written, or the one that a vault names when it is asked without a
 * token (its challenge, RFC 9110 section 11.6.1). An AD FS has no tenants.
 *
 * Of the challenge only the tenant's id is used, and only when authority and resource are this cloud's: credentials
 * always go to the cloud's own authority, whoever answers in the vault's place.
 * @throws DriverError `VaultUnreachable` or `TokenUnavailable`
 */
export async function findTenant(
  written: string | undefined,
  vaults: Vaults,
  cloud: Cloud,
  transport: Transport,
  signal: AbortSignal,
): Promise<string> {
  if (written !== undefined) return written;
  if (cloud.adfs) return 'adfs';
  const hosts = [...new Set([...vaults.map(({ vault }) => vault), ...vaults.flatMap(fallbackOf)])].map(
    (vault) => `${vault.toLowerCase()}.${cloud.vaultSuffix}`,
  );
  let fault: DriverError | undefined;
  for (const host of hosts) {
    try {
      return tenantIn(await challengeOf(host, transport, signal), host, cloud);
    } catch (error) {
      if (!(error instanceof DriverError) || signal.aborted) throw error;
      fault ??= error;
      if (error.code !== 'VaultUnreachable') break;
    }
  }
  throw fault ?? new DriverError('TokenUnavailable', 'tenantid is missing');
}

function fallbackOf({ fallbackVault }: Vaults[number]): string[] {
  return fallbackVault === undefined ? [] : [fallbackVault];
}

async function challengeOf(
  host: string,
  transport: Transport,
  signal: AbortSignal,
): Promise<PipelineResponse> {
  const request = () =>
    createPipelineRequest({
      url: `https://${host}/secrets?api-version=${API_VERSION}&maxresults=1`,
      headers: createHttpHeaders({ accept: 'application/json' }),
    });
  try {
    return await ask(request, patience, transport, signal);
  } catch (error) {
    if (error instanceof DriverError) throw error;
    signal.throwIfAborted();
    throw new DriverError(
      'VaultUnreachable',
      `tenantid is not set, and the vault ${host}, which would name its tenant, could not be reached: ${describeConnectionFault(error)}`,
      { cause: error },
    );
  }
}

function tenantIn(response: PipelineResponse, host: string, cloud: Cloud): string {
  const refuse = (why: string) =>
    new DriverError('TokenUnavailable', `tenantid is not set, and the vault ${host} ${why}; set tenantid`);
  const challenge = parseChallenge(response.headers.get('www-authenticate'));
  if (response.status !== 401 || challenge === undefined) {
    throw refuse(`did not name its tenant (HTTP ${response.status})`);
  }
  const own = [new URL(cloud.authority).host, ...(cloud.otherAuthorities ?? [])];
  const { authority, tenant, resource } = challenge;
  if (!own.includes(authority)) {
    throw refuse(`names an authority that is not one of cloud ${cloud.name} (${own.join(', ')})`);
  }
  if (resource?.toLowerCase().replace(/\/$/, '') !== cloud.resource.toLowerCase()) {
    throw refuse(`names another resource than ${cloud.resource} of cloud ${cloud.name}`);
  }
  if (!GUID.test(tenant)) throw refuse('names a tenant that is no id');
  return tenant.toLowerCase();
}

/** `Bearer authorization="https://login.windows.net/<tenant>", resource="https://vault.azure.net"` */
function parseChallenge(
  header: string | undefined,
): { authority: string; tenant: string; resource: string | undefined } | undefined {
  const scheme = /^Bearer /i.exec(header ?? '');
  if (header === undefined || scheme === null) return undefined;
  const parameters = new Map(
    [...header.matchAll(/([a-z_]+)="([^"]*)"/gi)].map(([, name = '', value = '']) => [
      name.toLowerCase(),
      value,
    ]),
  );
  const [, authority, tenant] =
    /^https:\/\/([^/?#@]+)\/([^/?#]+)\/?$/.exec(parameters.get('authorization') ?? '') ?? [];
  if (authority === undefined || tenant === undefined) return undefined;
  return { authority: authority.toLowerCase(), tenant, resource: parameters.get('resource') };
}
