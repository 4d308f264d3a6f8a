import { RestError } from '@azure/core-rest-pipeline';
import { DriverError, type ErrorCode, systemCode } from '../errors.ts';
import { describeConnectionFault } from '../transport/connection-fault.ts';
import type { ObjectReference } from './object.ts';
import { VaultRefusal } from './refusal.ts';

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
  if (error instanceof VaultRefusal) {
    const { status, codes, requestId } = error;
    const reference = [`HTTP ${status}`, ...codes, requestId && `request id ${requestId}`]
      .filter(Boolean)
      .join(', ');
    const [code, text] = explain(status, codes, what, vaultHost, identity, object);
    return new DriverError(code, `${text} (${reference})`, { cause: error });
  }
  if (error instanceof RestError && error.statusCode === undefined) {
    const why = describeConnectionFault(error);
    return new DriverError('VaultUnreachable', `the vault ${vaultHost} could not be reached: ${why}`, {
      cause: error,
    });
  }
  const text = `${what} could not be read from ${vaultHost}: its answer was not understood (${systemCode(error)})`;
  return new DriverError('VaultFault', text, { cause: error });
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
  if (status === 403 && service.some((code) => /^ForbiddenBy(Firewall|Connection)$/.test(code))) {
    return [
      'AccessDenied',
      `${host} does not admit this node's network, so ${what} was not read; check the vault's firewall and private endpoint`,
    ];
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
function describeObject({ type, name, version }: ObjectReference): string {
  return `${type} ${JSON.stringify(name)}${version === undefined ? '' : ` version ${version}`}`;
}

function permissionOf({ type }: ObjectReference): string {
  return type === 'cert' ? 'certificates' : `${type}s`;
}
