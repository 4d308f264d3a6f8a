import { type Answer, goError, header, json, type Question, type Role } from '../answer.ts';
import { entraRefusal } from '../entra/refusals.ts';
import { notAssigned } from '../nmi.ts';
import { refusalAnswer, serviceHeaders } from '../vault/refusals.ts';

/** What a role sends with this status when the fault names no body of its own. */
export function refusalOf(role: Role, status: number, question: Question): Answer {
  switch (role) {
    case 'vault':
      return refusalAnswer({ status, ...vaultError(status) }, serviceHeaders(question, 'westeurope'));
    case 'entra':
      return entraRefusal(question, {
        status,
        error: 'temporarily_unavailable',
        code: 90033,
        message: 'A transient error has occurred. Please try again.',
      });
    case 'nmi':
      return goError(status, nmiText(status, question));
    case 'imds':
      return json(status, {
        error: IMDS_ERRORS[status] ?? 'unknown',
        error_description: `Fault: status ${status}`,
      });
    case 'control':
    case 'unknown':
      return { status, headers: {}, body: '' };
    default:
      return role satisfies never;
  }
}

function vaultError(status: number): { code: string; message: string; inner?: string } {
  if (status === 429) {
    return {
      code: 'Throttled',
      message:
        'Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached',
    };
  }
  if (status === 403) {
    return {
      code: 'Forbidden',
      message: `Client address is not authorized and caller is not a trusted service.\r\nClient address: 127.0.0.1\r\n`,
      inner: 'ForbiddenByFirewall',
    };
  }
  if (status === 401)
    return { code: 'Unauthorized', message: 'AKV10000: Request is missing a Bearer or PoP token.' };
  if (status === 503)
    return { code: 'ServiceUnavailable', message: 'The service is temporarily unavailable.' };
  return {
    code: 'InternalServerError',
    message: 'An unexpected error occurred while processing the request.',
  };
}

const IMDS_ERRORS: Record<number, string> = {
  400: 'invalid_request',
  404: 'not_found',
  410: 'gone',
  429: 'too_many_requests',
  500: 'server_error',
  503: 'service_unavailable',
};

function nmiText(status: number, question: Question): string {
  if (status === 404) return notAssigned(header(question, 'podns') ?? '', header(question, 'podname') ?? '');
  const cause = status === 503 ? 'failed health check' : "Refresh request failed. Status Code = '400'";
  return `failed to get service principal token, error: adal: ${cause}`;
}
