import { RestError } from '@azure/core-rest-pipeline';
import { DriverError, type ErrorCode } from '../errors.ts';
import type { ObjectReference } from '../ports.ts';
import { describeConnectionFault } from '../transport/connection-fault.ts';

/** Gives what went wrong with one object its meaning, its names and the way out. Never quotes an answer's body. */
export function objectFault(
  error: unknown,
  object: ObjectReference,
  vaultHost: string,
  identity: string,
): DriverError {
  const what = describeObject(object);
  // A fault of the token says everything itself, but one of the object's content lacks the object's name.
  if (error instanceof DriverError) {
    const ofObject = error.code === 'ObjectUnsupported' || error.code === 'VaultFault';
    return ofObject
      ? new DriverError(error.code, `${what} of ${vaultHost}: ${error.message}`, { cause: error })
      : error;
  }
  if (!(error instanceof RestError)) {
    return new DriverError(
      'VaultFault',
      `${what} could not be read from ${vaultHost}: the answer was not understood`,
      { cause: error },
    );
  }
  const { statusCode } = error;
  if (statusCode === undefined) {
    return new DriverError(
      'VaultUnreachable',
      `the vault ${vaultHost} could not be reached: ${describeConnectionFault(error)}`,
      {
        cause: error,
      },
    );
  }
  const service = serviceCodes(error);
  const reference = [`HTTP ${statusCode}`, ...service, requestId(error)].filter(Boolean).join(', ');
  const [code, text] = explain(statusCode, service, what, vaultHost, identity, object);
  return new DriverError(code, `${text} (${reference})`, { cause: error });
}

function explain(
  status: number,
  service: readonly string[],
  what: string,
  host: string,
  identity: string,
  object: ObjectReference,
): [ErrorCode, string] {
  if (status === 404) {
    const version = object.version === undefined ? '' : '; check its version too';
    return [
      'ObjectNotFound',
      `${what} does not exist in ${host}; check the name and that its type is really ${object.type}${version}`,
    ];
  }
  if (status === 403 && service.some((code) => /Disabled$/.test(code))) {
    return ['ObjectDisabled', `${what} of ${host} is disabled; enable it in the vault`];
  }
  if (status === 403) {
    return [
      'AccessDenied',
      `${identity} may not read ${what} of ${host}; give it the get permission for ${permissionOf(object)}`,
    ];
  }
  if (status === 401)
    return [
      'AccessDenied',
      `${host} did not accept the token of ${identity}; check tenantid and the node's clock`,
    ];
  if (status === 429) return ['VaultThrottled', `${host} is throttling requests; ${what} was not read`];
  return ['VaultFault', `${host} failed to answer for ${what}`];
}

/** `secret "name"`, with the version where one was asked for. */
export function describeObject({ type, name, version }: ObjectReference): string {
  return `${type} ${JSON.stringify(name)}${version === undefined ? '' : ` version ${version}`}`;
}

function permissionOf({ type }: ObjectReference): string {
  return type === 'cert' ? 'certificates' : `${type}s`;
}

/** The service's error codes, outer then inner; only what looks like a code is taken. */
function serviceCodes(error: RestError): string[] {
  let body: unknown;
  try {
    body = JSON.parse(error.response?.bodyAsText ?? '');
  } catch {
    return [];
  }
  const outer = (body as { error?: { code?: unknown; innererror?: { code?: unknown } } } | null)?.error;
  return [outer?.code, outer?.innererror?.code].filter(
    (code): code is string => typeof code === 'string' && /^[A-Za-z]{1,64}$/.test(code),
  );
}

function requestId(error: RestError): string | undefined {
  const id = error.response?.headers.get('x-ms-request-id');
  return id !== undefined && /^[0-9a-f-]{36}$/i.test(id) ? `request id ${id}` : undefined;
}
