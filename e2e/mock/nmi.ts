import { type Answer, goError, type Handler, header, type Question } from './answer.ts';
import type { Directory } from './directory.ts';
import type { Principal } from './seed/schema.ts';

/**
 * The Node Managed Identity's host path (aad-pod-identity, pkg/nmi/server/server.go, `hostHandler`), with its checks in
 * its order and its texts. Success carries no Content-Type.
 */
export function nmi(directory: Directory): Handler {
  return async (question) => {
    if (!/^\/host\/token\/?$/.test(question.url.pathname)) return goError(404, '404 page not found');
    const podname = header(question, 'podname') ?? '';
    const podns = header(question, 'podns') ?? '';
    if (podname === '' || podns === '')
      return goError(400, "missing 'podname' and 'podns' from request header");
    if (!isLoopback(question)) return goError(500, 'request remote address is not from a host');

    const resource = question.url.searchParams.get('resource') ?? '';
    if (resource === '') return goError(400, 'parameter resource cannot be empty');

    const principal = assignedTo(directory, podns, podname);
    if (principal === undefined) return goError(404, notAssigned(podns, podname));
    const clientId = question.url.searchParams.get('client_id') ?? '';
    if (clientId !== '' && clientId.toLowerCase() !== principal.clientId) {
      return goError(404, `no azure identity found for request clientID ${clientId}`);
    }
    return await token(directory, principal, resource);
  };
}

/** The texts that the standard mode gives up with; fault rules answer with it too. */
export function notAssigned(podns: string, podname: string): string {
  return (
    `getting assigned identities for pod ${podns}/${podname} in CREATED state failed after 16 attempts, ` +
    'retry duration [5]s, error: <nil>. Check MIC pod logs for identity assignment errors'
  );
}

// The real one cuts the address at its first colon, so that `::1` is no address and only IPv4 loopback passes.
function isLoopback({ remoteAddress }: Question): boolean {
  return remoteAddress === '127.0.0.1' || remoteAddress === '::ffff:127.0.0.1';
}

function assignedTo(directory: Directory, namespace: string, pod: string): Principal | undefined {
  const rule = directory.podIdentities.find(
    (one) => one.namespace === namespace && globMatches(one.pod, pod),
  );
  return rule?.principal == null ? undefined : directory.principal(rule.principal);
}

function globMatches(glob: string, text: string): boolean {
  const pattern = glob
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(text);
}

async function token(directory: Directory, principal: Principal, resource: string): Promise<Answer> {
  const issued = await directory.managedToken(principal, resource);
  if (issued === undefined) {
    const why = `adal: Refresh request failed. Status Code = '400'. Response body: AADSTS500011: The resource principal named ${resource} was not found`;
    return { ...goError(403, why), principal: principal.name };
  }
  const body = {
    token: {
      access_token: issued.accessToken,
      refresh_token: '',
      expires_in: String(issued.expiresIn),
      expires_on: String(issued.expiresOn),
      not_before: String(issued.notBefore),
      resource,
      token_type: 'Bearer',
    },
    clientid: principal.clientId,
  };
  return { status: 200, headers: {}, body: JSON.stringify(body), principal: principal.name };
}
