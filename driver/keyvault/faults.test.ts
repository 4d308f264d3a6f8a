import { createHttpHeaders, createPipelineRequest, RestError } from '@azure/core-rest-pipeline';
import { describe, expect, test } from 'vitest';
import { DriverError } from '../errors.ts';
import { failureFault } from './faults.ts';
import { describeObject } from './object.ts';
import { ReadFailure } from './read-failure.ts';
import { VaultRefusal } from './refusal.ts';
import type { Subject } from './subject.ts';

const HOST = 'shop-vault.vault.azure.net';
const REQUEST_ID = '01234567-89ab-cdef-0123-456789abcdef';
const secret = { origin: 'objects[0]', type: 'secret', name: 'db', version: undefined } as const;

function faultOf(error: unknown, changes: Partial<Subject> = {}): string {
  const { type, name, version, ...rest } = { ...secret, ...changes };
  const what = name === undefined ? `${type}s` : describeObject({ type, name, version });
  const subject = { type, name, version, what, ...rest };
  const failure = new ReadFailure('shop-vault', HOST, error);
  const { code, message } = failureFault(
    failure,
    subject,
    [subject.origin],
    'the pod identity of a/b',
    undefined,
  );
  return `${code}: ${message}`;
}

/** The vault's answer, in the shape of the REST reference's KeyVaultError. */
function refusal(status: number, code?: string, inner?: string): VaultRefusal {
  return refusalWith(
    status,
    JSON.stringify({ error: { code, message: 'canary', innererror: inner && { code: inner } } }),
    REQUEST_ID,
  );
}

function refusalWith(
  status: number,
  bodyAsText: string,
  requestId: string,
  headers: Record<string, string> = {},
): VaultRefusal {
  return new VaultRefusal({
    request: createPipelineRequest({ url: `https://${HOST}/secrets/db` }),
    status,
    headers: createHttpHeaders({ ...headers, 'x-ms-request-id': requestId }),
    bodyAsText,
  });
}

function minutesFromNow(minutes: number): string {
  return new Date(Date.now() + minutes * 60_000).toUTCString();
}

describe("a vault's refusal says what to do", () => {
  test.each<[string, VaultRefusal, Partial<Subject>, string]>([
    [
      'no such object',
      refusal(404, 'SecretNotFound'),
      {},
      `ObjectNotFound: secret "db" (objects[0]) does not exist in ${HOST}; check the name and that its type is really secret (HTTP 404, SecretNotFound)`,
    ],
    [
      'no such version',
      refusal(404, 'SecretNotFound'),
      { type: 'cert', version: 'abc' },
      `ObjectNotFound: cert "db" version abc (objects[0]) does not exist in ${HOST}; check the name and that its type is really cert; check its version too (HTTP 404, SecretNotFound)`,
    ],
    [
      'disabled',
      refusal(403, 'Forbidden', 'SecretDisabled'),
      {},
      `ObjectDisabled: secret "db" (objects[0]) of ${HOST} is disabled; enable it in the vault (HTTP 403, Forbidden, SecretDisabled)`,
    ],
    [
      'no permission for certificates',
      refusal(403, 'Forbidden', 'AccessDenied'),
      { type: 'cert' },
      `AccessDenied: the pod identity of a/b may not read cert "db" (objects[0]) of ${HOST}; give it the get permission for certificates (HTTP 403, Forbidden, AccessDenied)`,
    ],
    [
      'no permission for keys',
      refusal(403, 'Forbidden', 'ForbiddenByRbac'),
      { type: 'key' },
      `AccessDenied: the pod identity of a/b may not read key "db" (objects[0]) of ${HOST}; give it the role "Key Vault Crypto User" on the vault (a new assignment takes some minutes) (HTTP 403, Forbidden, ForbiddenByRbac)`,
    ],
    [
      'a firewall, where no permission would help',
      refusal(403, 'Forbidden', 'ForbiddenByFirewall'),
      {},
      `AccessDenied: ${HOST} does not admit this node's network, so secret "db" (objects[0]) was not read; admit it in the vault's firewall, or use a private endpoint (HTTP 403, Forbidden, ForbiddenByFirewall)`,
    ],
    [
      'a vault with private endpoints only',
      refusal(403, 'Forbidden', 'ForbiddenByConnection'),
      {},
      `AccessDenied: ${HOST} is open to private endpoints only, and this node came by its public address, so secret "db" (objects[0]) was not read; check that the private DNS zone (privatelink) is linked to the node's network (HTTP 403, Forbidden, ForbiddenByConnection)`,
    ],
    [
      'a token it does not take',
      refusal(401, 'Unauthorized'),
      {},
      `AccessDenied: ${HOST} did not accept the token of the pod identity of a/b; check tenantid and the node's clock (HTTP 401, Unauthorized)`,
    ],
    [
      'a token of another tenant',
      refusalWith(401, '{"error":{"code":"Unauthorized","message":"AKV10032: Invalid issuer. canary"}}', '', {
        'www-authenticate': `Bearer authorization="https://login.windows.net/${REQUEST_ID}", resource="x"`,
      }),
      {},
      `AccessDenied: ${HOST} did not accept the token of the pod identity of a/b, as the vault belongs to tenant ${REQUEST_ID}; use an identity of that tenant (HTTP 401, Unauthorized, AKV10032)`,
    ],
    [
      'a token of another tenant that is not named',
      refusalWith(401, '{"error":{"code":"Unauthorized","message":"AKV10032: canary"}}', '', {
        'www-authenticate': 'Bearer authorization="https://login.windows.net/canary"',
      }),
      {},
      `AccessDenied: ${HOST} did not accept the token of the pod identity of a/b, as the vault belongs to another tenant; use an identity of that tenant (HTTP 401, Unauthorized, AKV10032)`,
    ],
    [
      'a token of another cloud',
      refusalWith(401, '{"error":{"code":"Unauthorized","message":"AKV10022: Invalid audience."}}', ''),
      {},
      `AccessDenied: ${HOST} did not accept the token of the pod identity of a/b, which is for another cloud; check cloudname (HTTP 401, Unauthorized, AKV10022)`,
    ],
    [
      'a clock that is ahead',
      refusalWith(401, '', '', { date: minutesFromNow(-42) }),
      {},
      `AccessDenied: ${HOST} did not accept the token of the pod identity of a/b; the node's clock is 42 minutes ahead, so set it right (HTTP 401)`,
    ],
    [
      'a clock that is behind',
      refusalWith(401, '', '', { date: minutesFromNow(90) }),
      {},
      `AccessDenied: ${HOST} did not accept the token of the pod identity of a/b; the node's clock is 90 minutes behind, so set it right (HTTP 401)`,
    ],
    [
      'a clock that is right within reason',
      refusalWith(401, '', '', { date: minutesFromNow(4) }),
      {},
      `AccessDenied: ${HOST} did not accept the token of the pod identity of a/b; check tenantid and the node's clock (HTTP 401)`,
    ],
    [
      'a refusal that is not of Key Vault',
      refusalWith(403, '<html>canary', ''),
      {},
      `AccessDenied: ${HOST}, or a proxy in front of it, refused secret "db" (objects[0]) without a reason; check the proxy and the vault's firewall (HTTP 403)`,
    ],
    [
      'a 404 that is not of Key Vault',
      refusalWith(404, '<html>canary', ''),
      {},
      `VaultFault: ${HOST} answered for secret "db" (objects[0]) as no vault does; a proxy may have answered in its place (HTTP 404)`,
    ],
    [
      'no permission to list',
      refusal(403, 'Forbidden', 'ForbiddenByPolicy'),
      { name: undefined, type: 'cert' },
      `AccessDenied: the pod identity of a/b may not list certs (objects[0]) of ${HOST}; a selection needs the list permission for certificates (HTTP 403, Forbidden, ForbiddenByPolicy)`,
    ],
    [
      'throttling',
      refusal(429, 'Throttled'),
      {},
      `VaultThrottled: ${HOST} is throttling requests; secret "db" (objects[0]) was not read (HTTP 429, Throttled)`,
    ],
    [
      'its own fault',
      refusal(500),
      {},
      `VaultFault: ${HOST} failed to answer for secret "db" (objects[0]) (HTTP 500)`,
    ],
    [
      'a redirect, which is not followed',
      refusalWith(302, '', 'x'),
      {},
      `VaultFault: ${HOST} failed to answer for secret "db" (objects[0]) (HTTP 302)`,
    ],
  ])('%s', (_, error, changes, expected) => {
    expect(faultOf(error, changes)).toBe(expected);
  });
});

describe("an answer's text is never quoted", () => {
  test.each<[string, VaultRefusal]>([
    ['from a body that is no JSON', refusalWith(500, '<html>canary</html>', 'canary')],
    ['from a body that is null', refusalWith(500, 'null', '')],
    ['from a code that is none', refusal(500, 'canary canary', 'canary\n')],
    ['from a code that is no string', refusalWith(500, '{"error":{"code":{"canary":1}}}', 'canary')],
    ['from an error that is a string', refusalWith(500, '{"error":"canary"}', 'canary')],
  ])('%s', (_, error) => {
    expect(faultOf(error)).toMatch(/^VaultFault: .* \(HTTP 500\)$/);
  });
});

test('a request id is told beside the message, which is the same at each try', () => {
  const failure = new ReadFailure('shop-vault', HOST, refusal(404, 'SecretNotFound'));
  const subject = { ...secret, what: 'secret "db"' };
  const { message, reference } = failureFault(failure, subject, [], 'x', undefined);
  expect(reference).toBe(`request id ${REQUEST_ID}`);
  expect(message).not.toContain(REQUEST_ID);
});

describe('other errors', () => {
  test('of the connection say why the vault was not reached', () => {
    const error = new RestError('canary', { code: 'ECONNREFUSED' });
    expect(faultOf(error)).toBe(
      `VaultUnreachable: the vault ${HOST} could not be reached: the connection was refused (ECONNREFUSED)`,
    );
  });

  test('of an answer that makes no sense tell only their kind', () => {
    expect(faultOf(new SyntaxError('canary'))).toBe(
      `VaultFault: secret "db" (objects[0]) could not be read from ${HOST}: its answer was not understood (SyntaxError)`,
    );
  });

  test("of an object's content get the object's name", () => {
    const error = new DriverError('ObjectUnsupported', 'it is of type oct');
    expect(faultOf(error, { type: 'key' })).toBe(
      `ObjectUnsupported: key "db" (objects[0]) of ${HOST}: it is of type oct`,
    );
  });
});
