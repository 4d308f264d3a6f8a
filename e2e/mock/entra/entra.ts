import { type Answer, type Handler, header, json, type Question } from '../answer.ts';
import { type Directory, isResourceOf } from '../directory.ts';
import type { Cloud, Principal } from '../seed/schema.ts';
import { checkAssertion } from './assertions.ts';
import { instanceDiscovery, openIdConfiguration } from './discovery.ts';
import {
  applicationNotFound,
  credentialMissing,
  type EntraRefusal,
  entraHeaders,
  entraRefusal,
  grantUnsupported,
  parameterMissing,
  resourceNotFound,
  scopeInvalid,
  secretInvalid,
  tenantNotFound,
} from './refusals.ts';

const OPENID_SCOPES = ['openid', 'offline_access', 'profile', 'email'];
const COMMON_TENANTS = ['common', 'organizations'];

/** Token endpoint (v1, v2, ADFS), OpenID metadata, instance discovery and keys of every authority of the seed. */
export function entra(directory: Directory): Handler {
  return async (question) => {
    const cloud = directory.cloudOfAuthority(question.host);
    if (cloud === undefined) return { status: 404, headers: {}, body: '' };
    const [tenant = '', ...rest] = question.url.pathname.slice(1).split('/');
    const path = rest.join('/').replace(/\/$/, '');
    const known = tenantOf(directory, tenant);

    if (question.method === 'GET' && `${tenant}/${path}` === 'common/discovery/instance') {
      return json(200, instanceDiscovery(question.host, directory), entraHeaders());
    }
    if (question.method === 'GET' && /^(v2\.0\/)?\.well-known\/openid-configuration$/.test(path)) {
      if (known === undefined && !COMMON_TENANTS.includes(tenant))
        return entraRefusal(question, tenantNotFound(tenant));
      return json(
        200,
        openIdConfiguration(question.host, cloud, tenant, path.startsWith('v2.0/')),
        entraHeaders(),
      );
    }
    if (question.method === 'GET' && /^discovery\/(v2\.0\/)?keys$/.test(path)) {
      return json(200, directory.tokens.jwks(), entraHeaders());
    }
    if (question.method === 'POST' && /^oauth2\/(v2\.0\/)?token$/.test(path)) {
      if (known === undefined) return entraRefusal(question, tenantNotFound(tenant));
      return await token(question, directory, cloud, { asked: tenant, id: known, v2: path.includes('v2.0') });
    }
    return { status: 404, headers: entraHeaders(), body: '' };
  };
}

/** Id of the tenant, by id or domain. `adfs` stands for the one directory of an Azure Stack, where every tenant is at home. */
function tenantOf(directory: Directory, asked: string): string | undefined {
  if (asked.toLowerCase() === 'adfs') return 'adfs';
  return directory.tenants.find(({ id, domain }) => [id, domain].includes(asked.toLowerCase()))?.id;
}

async function token(
  question: Question,
  directory: Directory,
  cloud: Cloud,
  tenant: { asked: string; id: string; v2: boolean },
): Promise<Answer> {
  const form = new URLSearchParams(question.body.toString('utf8'));
  const basic = basicCredentials(question);
  const refuse = (refusal: EntraRefusal, principal?: Principal): Answer => ({
    ...entraRefusal(question, refusal),
    principal: principal?.name,
  });

  const grant = form.get('grant_type');
  if (grant === null) return refuse(parameterMissing('grant_type'));
  if (grant !== 'client_credentials') return refuse(grantUnsupported(grant));
  const clientId = form.get('client_id') ?? basic?.user;
  if (clientId === undefined) return refuse(parameterMissing('client_id'));

  const audience = audienceOf(form, tenant.v2);
  if (typeof audience !== 'string') return refuse(audience);

  const principal = directory.principalOfClient(clientId);
  const atHome = principal?.tenant === tenant.id || tenant.id === 'adfs';
  if (principal === undefined || principal.kind !== 'application' || !atHome) {
    return refuse(applicationNotFound(clientId, tenant.asked));
  }

  const fault = await checkCredential(form, basic?.password, principal, tokenEndpoints(question), directory);
  if (fault !== undefined) return refuse(fault, principal);
  if (!isResourceOf(cloud, audience)) return refuse(resourceNotFound(audience, tenant.asked), principal);

  const issued = await directory.tokens.issue(principal, cloud, audience);
  const lifetime = { expires_in: issued.expiresIn, ext_expires_in: issued.expiresIn };
  const body = tenant.v2
    ? { token_type: 'Bearer', ...lifetime, access_token: issued.accessToken }
    : {
        token_type: 'Bearer',
        expires_in: String(issued.expiresIn),
        ext_expires_in: String(issued.expiresIn),
        expires_on: String(issued.expiresOn),
        not_before: String(issued.notBefore),
        resource: audience,
        access_token: issued.accessToken,
      };
  return { ...json(200, body, entraHeaders()), principal: principal.name };
}

/**
 * v2 names it `<resource>/.default`, whose audience is the resource as written, perhaps beside scopes of OpenID Connect, which MSAL
 * of some languages sends with every request; v1 and ADFS name it directly.
 */
function audienceOf(form: URLSearchParams, v2: boolean): string | EntraRefusal {
  if (!v2) return form.get('resource') ?? parameterMissing('resource');
  const scope = form.get('scope');
  if (scope === null) return parameterMissing('scope');
  const wanted = scope.split(' ').filter((one) => one !== '' && !OPENID_SCOPES.includes(one));
  const [only = ''] = wanted;
  return wanted.length === 1 && only.endsWith('/.default')
    ? only.slice(0, -'/.default'.length)
    : scopeInvalid(scope);
}

async function checkCredential(
  form: URLSearchParams,
  basicPassword: string | undefined,
  principal: Principal,
  endpoints: string[],
  directory: Directory,
): Promise<EntraRefusal | undefined> {
  if (form.has('client_assertion')) return await checkAssertion(form, principal, endpoints, directory);
  const secret = form.get('client_secret') ?? basicPassword;
  if (secret === undefined) return credentialMissing;
  return principal.secrets.includes(secret) ? undefined : secretInvalid(principal.clientId);
}

/** RFC 6749, section 2.3.1: both halves are form-encoded before they are joined. */
function basicCredentials(question: Question): { user: string; password: string } | undefined {
  const encoded = /^basic (.+)$/i.exec(header(question, 'authorization') ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [user = '', password = ''] = Buffer.from(encoded, 'base64')
    .toString('utf8')
    .split(':', 2)
    .map(decodeFormValue);
  return { user, password };
}

function decodeFormValue(text: string): string {
  return new URLSearchParams(`v=${text}`).get('v') ?? '';
}

/** Audiences an assertion may name: this endpoint in either version, or the tenant's issuer. A region's host stands for its cloud's. */
function tokenEndpoints({ host, url }: Question): string[] {
  const tenant = url.pathname.split('/')[1];
  const hosts = [host, host.replace(/^[^.]+\.login\.microsoft\.com$/, 'login.microsoftonline.com')];
  return hosts.flatMap((one) => [
    `https://${one}/${tenant}/oauth2/v2.0/token`,
    `https://${one}/${tenant}/oauth2/token`,
    `https://${one}/${tenant}/v2.0`,
  ]);
}
