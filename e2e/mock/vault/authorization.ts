import type { JWTPayload } from 'jose';
import { header, type Question } from '../answer.ts';
import { type Directory, VAULT_APPLICATION } from '../directory.ts';
import type { Cloud } from '../seed/schema.ts';
import { issuerOf, type TokenFault } from '../tokens.ts';
import type { Refusal } from './refusals.ts';
import type { Kind, VaultStore } from './store.ts';

export interface Caller {
  principal: string;
  appid: string;
  oid: string;
  issuer: string;
}

/** Who asks, by its bearer token; or the service's 401, which always carries the challenge. */
export async function authenticate(
  question: Question,
  directory: Directory,
  cloud: Cloud,
  vault: VaultStore,
): Promise<Caller | Refusal> {
  const refuse = (message: string): Refusal => ({
    status: 401,
    code: 'Unauthorized',
    message,
    headers: { 'WWW-Authenticate': challenge(cloud, vault) },
  });

  const token = /^bearer (.+)$/i.exec(header(question, 'authorization') ?? '')?.[1];
  if (token === undefined) return refuse('AKV10000: Request is missing a Bearer or PoP token.');

  const claims = await directory.tokens.verify(token);
  if (typeof claims === 'string') return refuse(TOKEN_FAULTS[claims]);

  const audience = String(claims.aud);
  if (![cloud.resource, `${cloud.resource}/`, VAULT_APPLICATION].includes(audience)) {
    return refuse(`AKV10022: Invalid audience. Expected ${cloud.resource}, found: ${audience}.`);
  }
  const issuer = issuerOf(cloud, vault.tenant);
  if (claims.iss !== issuer)
    return refuse(`AKV10032: Invalid issuer. Expected one of ${issuer}, found ${claims.iss}.`);

  return caller(claims, directory);
}

const TOKEN_FAULTS: Record<TokenFault, string> = {
  expired: "[TokenExpired] Error validating token: 'S2S12086'.",
  'not-yet-valid': 'Error validating token: IDX10222',
  signature: 'Error validating token: IDX10511',
  malformed: 'Error validating token: IDX12741',
};

function challenge(cloud: Cloud, vault: VaultStore): string {
  return `Bearer authorization="https://${cloud.authorities[0]}/${vault.tenant}", resource="${cloud.resource}"`;
}

function caller(claims: JWTPayload, directory: Directory): Caller {
  const appid = String(claims['appid']);
  return {
    principal: directory.principalOfClient(appid)?.name ?? appid,
    appid,
    oid: String(claims['oid']),
    issuer: String(claims.iss),
  };
}

const RBAC_ACTIONS: Record<string, string> = {
  'secrets get': 'Microsoft.KeyVault/vaults/secrets/getSecret/action',
  'secrets list': 'Microsoft.KeyVault/vaults/secrets/readMetadata/action',
  'secrets set': 'Microsoft.KeyVault/vaults/secrets/setSecret/action',
  'keys get': 'Microsoft.KeyVault/vaults/keys/read',
  'keys list': 'Microsoft.KeyVault/vaults/keys/read',
  'certificates get': 'Microsoft.KeyVault/vaults/certificates/read',
  'certificates list': 'Microsoft.KeyVault/vaults/certificates/read',
};

/** undefined = allowed; else the 403 of a vault with access policies, or of one under RBAC. */
export function authorize(
  caller: Caller,
  vault: VaultStore,
  kind: Kind,
  operation: string,
  name?: string,
): Refusal | undefined {
  if (vault.permits(caller.principal, kind, operation)) return undefined;
  const who = `appid=${caller.appid};oid=${caller.oid};iss=${caller.issuer}`;
  const where = `${vault.name};location=${vault.location}`;
  if (vault.authorization === 'policies') {
    const message =
      `The user, group or application '${who}' does not have ${kind} ${operation} permission on key vault '${where}'. ` +
      'For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287';
    return { status: 403, code: 'Forbidden', message, inner: 'AccessDenied' };
  }
  const resource = [
    `/resourcegroups/mock/providers/microsoft.keyvault/vaults/${vault.name}`,
    ...(name === undefined ? [] : [kind, name]),
  ].join('/');
  const message = [
    'Caller is not authorized to perform action on resource.',
    'If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.',
    `Caller: ${who}`,
    `Action: '${RBAC_ACTIONS[`${kind} ${operation}`]}'`,
    `Resource: '${resource}'`,
    'Assignment: (not found)',
    'DenyAssignmentId: null',
    "DecisionReason: 'DeniedWithNoValidRBAC' ",
    `Vault: ${where}`,
    '',
  ].join('\r\n');
  return { status: 403, code: 'Forbidden', message, inner: 'ForbiddenByRbac' };
}
