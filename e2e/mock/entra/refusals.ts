import { randomUUID } from 'node:crypto';
import { type Answer, header, json, type Question } from '../answer.ts';

/** Headers of every answer of the token service. */
export function entraHeaders(): Record<string, string> {
  return {
    'Cache-Control': 'no-store, no-cache',
    Pragma: 'no-cache',
    'Content-Type': 'application/json; charset=utf-8',
    Expires: '-1',
    'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
    'X-Content-Type-Options': 'nosniff',
    'x-ms-request-id': randomUUID(),
    'x-ms-ests-server': '2.1.19568.4 - WEULR1 ProdSlices',
    'X-XSS-Protection': '0',
  };
}

/** An AADSTS error: `error` of RFC 6749, section 5.2, and the number that says which. */
export interface EntraRefusal {
  status: number;
  error: string;
  code: number;
  message: string;
}

export function entraRefusal(question: Question, { status, error, code, message }: EntraRefusal): Answer {
  const trace = randomUUID();
  const correlation = header(question, 'client-request-id') ?? randomUUID();
  const timestamp = new Date().toISOString().replace('T', ' ').replace(/\..*/, 'Z');
  const body = {
    error,
    error_description: `AADSTS${code}: ${message} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: trace,
    correlation_id: correlation,
    error_uri: `https://${question.host}/error?code=${code}`,
  };
  return json(status, body, entraHeaders());
}

export const tenantNotFound = (tenant: string): EntraRefusal => ({
  status: 400,
  error: 'invalid_request',
  code: 90002,
  message:
    `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. ` +
    'Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.',
});

export const parameterMissing = (name: string): EntraRefusal => ({
  status: 400,
  error: 'invalid_request',
  code: 900144,
  message: `The request body must contain the following parameter: '${name}'.`,
});

export const grantUnsupported = (grant: string): EntraRefusal => ({
  status: 400,
  error: 'unsupported_grant_type',
  code: 70003,
  message: `The app requested an unsupported grant type '${grant}'.`,
});

export const applicationNotFound = (client: string, tenant: string): EntraRefusal => ({
  status: 400,
  error: 'unauthorized_client',
  code: 700016,
  message:
    `Application with identifier '${client}' was not found in the directory '${tenant}'. This can happen if the application ` +
    'has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent ' +
    'your authentication request to the wrong tenant.',
});

export const resourceNotFound = (resource: string, tenant: string): EntraRefusal => ({
  status: 400,
  error: 'invalid_resource',
  code: 500011,
  message:
    `The resource principal named ${resource} was not found in the tenant named ${tenant}. This can happen if the ` +
    'application has not been installed by the administrator of the tenant or consented to by any user in the tenant. ' +
    'You might have sent your authentication request to the wrong tenant.',
});

export const scopeInvalid = (scope: string): EntraRefusal => ({
  status: 400,
  error: 'invalid_scope',
  code: 1002012,
  message: `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
});

export const secretInvalid = (client: string): EntraRefusal => ({
  status: 401,
  error: 'invalid_client',
  code: 7000215,
  message:
    'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the ' +
    `client secret ID, for a secret added to app '${client}'.`,
});

export const credentialMissing: EntraRefusal = {
  status: 401,
  error: 'invalid_client',
  code: 7000218,
  message: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
};

export const assertionRefusal = (code: number, message: string): EntraRefusal => ({
  status: 401,
  error: 'invalid_client',
  code,
  message,
});
