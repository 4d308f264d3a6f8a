import type { Mock } from '../../mock/mock.ts';
import type { Cloud } from '../../mock/seed/schema.ts';
import { principalOf } from '../../mock/seed.ts';
import { type FaultAction, once, type Row, rowsOf } from './row.ts';

const host = 'login\\.fault\\d+\\.test';
const unreachable = (why: string) =>
  new RegExp(
    `^TokenUnavailable: the token endpoint ${host} \\(cloud Fault\\d+\\) could not be reached: .*${why}`,
  );
const refused = (status: number) =>
  new RegExp(`^TokenUnavailable: ${host} gave no token to service principal \\S+ of tenant .*HTTP ${status}`);
const silent =
  /^DeadlineExceeded: the call-out took longer than 10 s; check that the token endpoint and the vault can be reached from this node; login\.fault\d+\.test gave no answer$/;
const unusable = new RegExp(
  `^TokenUnavailable: the token endpoint ${host} answered without a usable access token`,
);
const tooLarge = unreachable('its answer is larger than 1 MiB');
const unnamed =
  /^(DeadlineExceeded: the call-out took longer than 10 s|TokenUnavailable: .*(its name cannot be resolved|timed out))/;

/** What may be the matter with the token endpoint, and how the driver says it. */
export const entraRows: readonly Row[] = rowsOf('entra', [
  ['nobody listens', { route: 'refused' }, unreachable('the connection was refused \\(ECONNREFUSED')],
  ['its packets are dropped', { route: 'black-hole' }, silent, true],
  ['it takes connections and says nothing', { route: 'silent' }, silent, true],
  [
    'it closes each connection',
    { route: 'closing' },
    unreachable('the connection was (closed|reset) \\([A-Z_]+\\)$'),
  ],
  ['it speaks no TLS', { route: 'garbage' }, unreachable('\\([A-Z_]+\\)$')],
  ['its name is unknown', { route: 'name-unknown' }, unreachable('its name cannot be resolved on this node')],
  ['the name server fails', { route: 'name-failing' }, unreachable('its name cannot be resolved')],
  ['the name server is silent', { route: 'name-silent' }, unnamed, true],

  ['its certificate has expired', { certificate: 'expired' }, unreachable("expired; check the node's clock")],
  [
    'its certificate is not valid yet',
    { certificate: 'not-yet-valid' },
    unreachable("not valid yet; check the node's clock"),
  ],
  ['its certificate is for another host', { certificate: 'wrong-host' }, unreachable('is for another host')],
  [
    'its certificate is of an unknown authority',
    { certificate: 'unknown-authority' },
    unreachable('of an unknown authority; set caBundle'),
  ],
  [
    'its certificate is self-signed',
    { certificate: 'self-signed' },
    unreachable('(of an unknown authority|self-signed); set caBundle'),
  ],

  ['a reset before the answer, once', once({ reset: 'at-once' }), 'Success'],
  ['a reset before the answer, for ever', { reset: 'at-once' }, unreachable('the connection was reset')],
  ['a reset in mid-body, once', once({ reset: 'mid-body' }), 'Success'],
  ['a reset in mid-body, for ever', { reset: 'mid-body' }, unreachable('the connection was reset')],
  ['an answer cut short, once', once({ truncate: true }), 'Success'],
  ['an answer cut short, for ever', { truncate: true }, unreachable('the connection was reset')],
  ['slow bytes', { slow: { bytes: 200, everyMs: 50 } }, 'Success'],
  ['bytes too slow for the deadline', { slow: { bytes: 1, everyMs: 500 } }, silent, true],
  ['no answer', { hang: true }, silent, true],

  [
    '401 with a passing fault, for ever',
    { status: 401 },
    /^TokenUnavailable: .*: Entra had a passing fault; kubelet will try again \(HTTP 401, AADSTS90033\)$/,
  ],
  ['403', { status: 403 }, refused(403)],
  ['404', { status: 404, body: '{canary}', contentType: 'text/html' }, refused(404)],
  ['429 with Retry-After, once', once({ status: 429, headers: { 'Retry-After': '1' } }), 'Success'],
  [
    '429 with a long Retry-After',
    { status: 429, headers: { 'Retry-After': '3600' } },
    /^TokenUnavailable: .*; it asks to wait up to 1 hour, and kubelet will try again \(HTTP 429/,
  ],
  ['429 without Retry-After, once', once({ status: 429 }), 'Success'],
  ['429 without Retry-After, for ever', { status: 429 }, refused(429)],
  ['500 once', once({ status: 500 }), 'Success'],
  ['500 for ever', { status: 500 }, refused(500)],
  ['502 once', once({ status: 502, body: '{canary}', contentType: 'text/html' }), 'Success'],
  ['502 for ever', { status: 502, body: '{canary}', contentType: 'text/html' }, refused(502)],
  ['503 once', once({ status: 503 }), 'Success'],
  ['503 for ever', { status: 503 }, refused(503)],

  ['JSON that ends in the middle', { body: '{"access_token":"{canary}', status: 200 }, unusable],
  ['an empty answer', { body: '', status: 200 }, unusable],
  ['another content type', { contentType: 'text/html', body: '<html>{canary}</html>' }, unusable],
  [
    'a token that would write a header',
    { status: 200, body: '{"access_token":"{canary}\\r\\nX-Injected: 1","expires_in":3600}' },
    unusable,
  ],
  ['a body of 50 MB', { bigBodyBytes: 50_000_000 }, tooLarge],
  ['a refusal of 50 MB', { status: 400, bigBodyBytes: 50_000_000 }, tooLarge],
  ['a redirect to a vault', { redirect: 'https://otherkv.{suffix}/' }, refused(307)],
  ['a redirect elsewhere', { status: 302, redirect: 'https://nobody.{suffix}/' }, refused(302)],

  [
    "a clock that is 20 minutes ahead of the vault's: its tokens are not valid yet",
    { answers: [(azure, cloud) => tokenOf(azure, cloud, { aheadSeconds: 1200, lifetimeSeconds: 3600 })] },
    /^AccessDenied: .* did not accept the token of .*; check tenantid and the node's clock \(HTTP 401/,
  ],
  [
    'a token that has expired',
    { answers: [(azure, cloud) => tokenOf(azure, cloud, { aheadSeconds: 0, lifetimeSeconds: -60 })] },
    /^AccessDenied: .* did not accept the token of .*; check tenantid and the node's clock \(HTTP 401/,
  ],
]);

/** The right answer, with a token that was issued under other circumstances. */
async function tokenOf(
  { directory, seed }: Mock,
  cloud: Cloud,
  circumstances: { aheadSeconds: number; lifetimeSeconds: number },
): Promise<FaultAction> {
  const { tokens } = directory;
  const { aheadSeconds, lifetimeSeconds } = tokens;
  Object.assign(tokens, circumstances);
  const { accessToken, expiresIn } = await tokens.issue(principalOf(seed, 'reader'), cloud, cloud.resource);
  Object.assign(tokens, { aheadSeconds, lifetimeSeconds });
  return {
    status: 200,
    body: JSON.stringify({ token_type: 'Bearer', expires_in: expiresIn, access_token: accessToken }),
  };
}
