import { type Answer, type Handler, header, json, type Question } from './answer.ts';
import type { Directory } from './directory.ts';
import type { Principal } from './seed/schema.ts';

const SERVER = { Server: 'IMDS/150.870.65.1854' };
const API_VERSIONS = [
  '2018-02-01',
  '2019-08-01',
  '2019-11-01',
  '2020-06-01',
  '2021-02-01',
  '2023-11-15',
  '2025-04-07',
];

/** Tokens and versions of the Azure Instance Metadata Service: system-assigned and user-assigned identities, numbers as strings. */
export function imds(directory: Directory): Handler {
  return async (question) => {
    const { pathname } = question.url;
    if (pathname !== '/metadata/identity/oauth2/token' && pathname !== '/metadata/versions')
      return json(404, { error: 'Not found' }, SERVER);
    if (header(question, 'metadata')?.toLowerCase() !== 'true')
      return invalid('Required metadata header not specified');
    // The header means that a proxy was tricked into asking.
    if (header(question, 'x-forwarded-for') !== undefined)
      return invalid('Invalid request: X-Forwarded-For is not allowed');
    if (pathname === '/metadata/versions') return json(200, { apiVersions: API_VERSIONS }, SERVER);

    const query = question.url.searchParams;
    const version = query.get('api-version');
    if (!version) return invalid("Required query variable 'api-version' is missing");
    if (!API_VERSIONS.includes(version)) return invalid(`Bad request. api-version '${version}' is invalid`);
    const resource = query.get('resource');
    if (!resource) return invalid("Required query variable 'resource' is missing");

    const principal = identityOf(question, directory);
    if (typeof principal === 'string') return invalid(principal);
    return await token(directory, principal, resource);
  };
}

function invalid(description: string): Answer {
  return json(400, { error: 'invalid_request', error_description: description }, SERVER);
}

/** The identity asked for, or the text of the refusal. Without a selector the system-assigned one goes first. */
function identityOf(question: Question, directory: Directory): Principal | string {
  const { system, user } = directory.imds;
  const users = user.flatMap((name) => directory.principal(name) ?? []);
  const query = question.url.searchParams;
  const selectors: [string | null, (one: Principal) => string | undefined][] = [
    [query.get('client_id'), (one) => one.clientId],
    [query.get('object_id') ?? query.get('principal_id'), (one) => one.objectId],
    [query.get('msi_res_id') ?? query.get('mi_res_id'), (one) => one.resourceId?.toLowerCase()],
  ];
  const systemIdentity = system === null ? undefined : directory.principal(system);
  const assigned = [...(systemIdentity === undefined ? [] : [systemIdentity]), ...users];
  for (const [asked, field] of selectors) {
    if (asked) return assigned.find((one) => field(one) === asked.toLowerCase()) ?? 'Identity not found';
  }
  if (systemIdentity !== undefined) return systemIdentity;
  if (users.length > 1) {
    return 'Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request';
  }
  return users[0] ?? 'Identity not found';
}

async function token(directory: Directory, principal: Principal, resource: string): Promise<Answer> {
  const issued = await directory.managedToken(principal, resource);
  if (issued === undefined) {
    const description = `AADSTS500011: The resource principal named ${resource} was not found in the tenant named ${principal.tenant}.`;
    return {
      ...json(400, { error: 'invalid_resource', error_description: description }, SERVER),
      principal: principal.name,
    };
  }
  const body = {
    access_token: issued.accessToken,
    client_id: principal.clientId,
    expires_in: String(issued.expiresIn),
    expires_on: String(issued.expiresOn),
    ext_expires_in: String(issued.expiresIn),
    not_before: String(issued.notBefore),
    resource,
    token_type: 'Bearer',
  };
  return { ...json(200, body, SERVER), principal: principal.name };
}
