import type { ErrorCode } from '../errors.ts';
import { describeClockSkew } from '../transport/clock-skew.ts';
import { describeWait } from '../transport/wait.ts';
import type { VaultRefusal } from './refusal.ts';
import { permissionFor, roleFor, type Subject } from './subject.ts';

/** The words around a refusal. */
export interface RefusalContext {
  readonly subject: Subject;
  /** The subject with its option. */
  readonly what: string;
  readonly host: string;
  /** As of `describeIdentity`. */
  readonly identity: string;
  /** What there is instead of the missing object, if that is known. */
  readonly confusion: string | undefined;
}

/** What a vault's refusal means and the way out. Source of the codes: Key Vault REST API error codes. */
export function explainRefusal(refusal: VaultRefusal, context: RefusalContext): [ErrorCode, string] {
  const { what, host } = context;
  const { status, wait } = refusal;
  if (refusal.isDisabled) return ['ObjectDisabled', `${what} of ${host} is disabled; enable it in the vault`];
  switch (status) {
    case 404:
      return explainNotFound(refusal, context);
    case 403:
      return ['AccessDenied', explainForbidden(refusal, context)];
    case 401:
      return ['AccessDenied', explainUnauthorized(refusal, context)];
    case 429:
      return ['VaultThrottled', `${host} is throttling requests${askedToWait(wait)}; ${what} was not read`];
    default:
      if (refusal.unknownVersion !== undefined) {
        const text = `${host} knows none of the versions of Key Vault's API that were tried for ${what}; set apiVersions of the cloud in the node configuration`;
        return ['VaultFault', text];
      }
      return ['VaultFault', `${host} failed to answer for ${what}${askedToWait(wait)}`];
  }
}

function askedToWait(wait: number | undefined): string {
  if (wait === undefined) return '';
  return ` and asks to wait ${describeWait(wait)}, which is longer than a mount waits; kubelet will try again`;
}

function explainNotFound(
  refusal: VaultRefusal,
  { subject, what, host, confusion }: RefusalContext,
): [ErrorCode, string] {
  if (!refusal.isNotFound) {
    const text = `${host} answered for ${what} as no vault does; a proxy may have answered in its place`;
    return ['VaultFault', text];
  }
  const missing = `${what} does not exist in ${host}`;
  if (confusion !== undefined) return ['ObjectNotFound', `${missing}, ${confusion}`];
  const version = subject.version === undefined ? '' : '; check its version too';
  return [
    'ObjectNotFound',
    `${missing}; check the name and that its type is really ${subject.type}${version}`,
  ];
}

function explainForbidden(
  { codes }: VaultRefusal,
  { subject, what, host, identity }: RefusalContext,
): string {
  const has = (code: string) => codes.includes(code);
  if (has('ForbiddenByFirewall')) {
    return `${host} does not admit this node's network, so ${what} was not read; admit it in the vault's firewall, or use a private endpoint`;
  }
  if (has('ForbiddenByConnection')) {
    return `${host} is open to private endpoints only, and this node came by its public address, so ${what} was not read; check that the private DNS zone (privatelink) is linked to the node's network`;
  }
  if (codes.length === 0) {
    return `${host}, or a proxy in front of it, refused ${what} without a reason; check the proxy and the vault's firewall`;
  }
  const verb = subject.name === undefined ? 'list' : 'read';
  const selection = subject.name === undefined ? 'a selection needs' : 'give it';
  if (has('ForbiddenByRbac')) {
    const role = `the role ${JSON.stringify(roleFor(subject))}`;
    return `${identity} may not ${verb} ${what} of ${host}; ${selection} ${role} on the vault (a new assignment takes some minutes)`;
  }
  return `${identity} may not ${verb} ${what} of ${host}; ${selection} ${permissionFor(subject)}`;
}

function explainUnauthorized(
  { codes, date, tenant }: VaultRefusal,
  { host, identity }: RefusalContext,
): string {
  const refused = `${host} did not accept the token of ${identity}`;
  const skew = describeClockSkew(date);
  if (skew !== undefined) return `${refused}; ${skew}, so set it right`;
  // Invalid issuer: the token is of another tenant than the vault.
  if (codes.includes('AKV10032')) {
    const owner = tenant === undefined ? 'another tenant' : `tenant ${tenant}`;
    return `${refused}, as the vault belongs to ${owner}; use an identity of that tenant`;
  }
  if (codes.includes('AKV10022')) return `${refused}, which is for another cloud; check cloudname`;
  return `${refused}; check tenantid and the node's clock`;
}
