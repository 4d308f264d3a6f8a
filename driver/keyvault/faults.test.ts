import { createHttpHeaders, createPipelineRequest, RestError } from '@azure/core-rest-pipeline';
import { describe, expect, test } from 'vitest';
import { DriverError } from '../errors.ts';
import type { ObjectReference } from '../ports.ts';
import { objectFault } from './faults.ts';
import { VaultRefusal } from './refusal.ts';

const HOST = 'shop-vault.vault.azure.net';
const REQUEST_ID = '01234567-89ab-cdef-0123-456789abcdef';
const secret: ObjectReference = { vault: 'shop-vault', type: 'secret', name: 'db', version: undefined };

function faultOf(error: unknown, changes: Partial<ObjectReference> = {}): string {
  const { code, message } = objectFault(error, { ...secret, ...changes }, HOST, 'the pod identity of a/b');
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

function refusalWith(status: number, bodyAsText: string, requestId: string): VaultRefusal {
  return new VaultRefusal({
    request: createPipelineRequest({ url: `https://${HOST}/secrets/db` }),
    status,
    headers: createHttpHeaders({ 'x-ms-request-id': requestId }),
    bodyAsText,
  });
}

describe("a vault's refusal says what to do", () => {
  test.each<[string, VaultRefusal, Partial<ObjectReference>, string]>([
    [
      'no such object',
      refusal(404, 'SecretNotFound'),
      {},
      `ObjectNotFound: secret "db" does not exist in ${HOST}; check the name and that its type is really secret (HTTP 404, SecretNotFound, request id ${REQUEST_ID})`,
    ],
    [
      'no such version',
      refusal(404, 'SecretNotFound'),
      { type: 'cert', version: 'abc' },
      `ObjectNotFound: cert "db" version abc does not exist in ${HOST}; check the name and that its type is really cert; check its version too (HTTP 404, SecretNotFound, request id ${REQUEST_ID})`,
    ],
    [
      'disabled',
      refusal(403, 'Forbidden', 'SecretDisabled'),
      {},
      `ObjectDisabled: secret "db" of ${HOST} is disabled; enable it in the vault (HTTP 403, Forbidden, SecretDisabled, request id ${REQUEST_ID})`,
    ],
    [
      'no permission for certificates',
      refusal(403, 'Forbidden', 'AccessDenied'),
      { type: 'cert' },
      `AccessDenied: the pod identity of a/b may not read cert "db" of ${HOST}; give it the get permission for certificates (HTTP 403, Forbidden, AccessDenied, request id ${REQUEST_ID})`,
    ],
    [
      'no permission for keys',
      refusal(403, 'Forbidden', 'ForbiddenByRbac'),
      { type: 'key' },
      `AccessDenied: the pod identity of a/b may not read key "db" of ${HOST}; give it the get permission for keys (HTTP 403, Forbidden, ForbiddenByRbac, request id ${REQUEST_ID})`,
    ],
    [
      'a firewall, where no permission would help',
      refusal(403, 'Forbidden', 'ForbiddenByFirewall'),
      {},
      `AccessDenied: ${HOST} does not admit this node's network, so secret "db" was not read; check the vault's firewall and private endpoint (HTTP 403, Forbidden, ForbiddenByFirewall, request id ${REQUEST_ID})`,
    ],
    [
      'a vault with private endpoints only',
      refusal(403, 'Forbidden', 'ForbiddenByConnection'),
      {},
      `AccessDenied: ${HOST} does not admit this node's network, so secret "db" was not read; check the vault's firewall and private endpoint (HTTP 403, Forbidden, ForbiddenByConnection, request id ${REQUEST_ID})`,
    ],
    [
      'a token it does not take',
      refusal(401, 'Unauthorized'),
      {},
      `AccessDenied: ${HOST} did not accept the token of the pod identity of a/b; check tenantid and the node's clock (HTTP 401, Unauthorized, request id ${REQUEST_ID})`,
    ],
    [
      'throttling',
      refusal(429, 'Throttled'),
      {},
      `VaultThrottled: ${HOST} is throttling requests; secret "db" was not read (HTTP 429, Throttled, request id ${REQUEST_ID})`,
    ],
    [
      'its own fault',
      refusal(500),
      {},
      `VaultFault: ${HOST} failed to answer for secret "db" (HTTP 500, request id ${REQUEST_ID})`,
    ],
    [
      'a redirect, which is not followed',
      refusalWith(302, '', 'x'),
      {},
      `VaultFault: ${HOST} failed to answer for secret "db" (HTTP 302)`,
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
    expect(faultOf(error)).toMatch(/^VaultFault: .* \(HTTP 500(, request id [0-9a-f-]{36})?\)$/);
  });
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
      `VaultFault: secret "db" could not be read from ${HOST}: its answer was not understood (SyntaxError)`,
    );
  });

  test('of the token are passed on as they are', () => {
    const error = new DriverError('CredentialRejected', 'the client secret has expired');
    expect(objectFault(error, secret, HOST, '')).toBe(error);
  });

  test("of an object's content get the object's name", () => {
    const error = new DriverError('ObjectUnsupported', 'it is of type oct');
    expect(faultOf(error, { type: 'key' })).toBe(`ObjectUnsupported: key "db" of ${HOST}: it is of type oct`);
  });
});
