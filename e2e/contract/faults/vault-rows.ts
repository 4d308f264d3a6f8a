import { once, type Row, rowsOf } from './row.ts';

const plain = 'secret "plain" \\(keyvaultobjectnames item 1\\)';
const host = 'testkv\\.vault\\.fault\\d+\\.test';
const unreachable = (why: string) =>
  new RegExp(`^VaultUnreachable: the vault ${host} could not be reached: .*${why}`);
const failed = (status: number) =>
  new RegExp(`^VaultFault: ${host} failed to answer for ${plain} \\(HTTP ${status}`);
const silent =
  /^(DeadlineExceeded: the call-out took longer than 10 s; check that the token endpoint and the vault can be reached|VaultUnreachable: the vault \S+ gave no answer)/;
const notUnderstood = new RegExp(`^VaultFault: ${plain} .*was not understood`);
const unnamed =
  /^(DeadlineExceeded: the call-out took longer than 10 s|VaultUnreachable: .*(its name cannot be resolved|timed out))/;

/** What may be the matter with a vault, and how the driver says it. */
export const vaultRows: readonly Row[] = rowsOf('vault', [
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
  [
    'its certificate is for another host',
    { certificate: 'wrong-host' },
    unreachable('check the private DNS zone'),
  ],
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
  ['slow bytes', { slow: { bytes: 100, everyMs: 50 } }, 'Success'],
  ['bytes too slow for the deadline', { slow: { bytes: 1, everyMs: 500 } }, silent, true],
  ['no answer', { hang: true }, silent, true],

  [
    '401 for ever',
    { status: 401 },
    /^AccessDenied: .* did not accept the token of service principal .*; check tenantid and the node's clock \(HTTP 401, Unauthorized/,
  ],
  [
    '403',
    { status: 403 },
    /^AccessDenied: .* does not admit this node's network, .*; admit it in the vault's firewall/,
  ],
  [
    '403 of a proxy',
    { status: 403, body: '{canary}', contentType: 'text/html' },
    /^AccessDenied: .* refused .* without a reason; check the proxy/,
  ],
  [
    '404',
    { options: { keyvaultobjectnames: 'nothing' } },
    /^ObjectNotFound: secret "nothing" .* does not exist in \S+; check the name/,
  ],
  [
    '404 of something else',
    { status: 404, body: '{canary}', contentType: 'text/html' },
    /^VaultFault: .* as no vault does; a proxy may have answered/,
  ],
  ['429 with Retry-After, once', once({ status: 429, headers: { 'Retry-After': '1' } }), 'Success'],
  [
    '429 with a long Retry-After',
    { status: 429, headers: { 'Retry-After': '3600' } },
    /^VaultThrottled: .* asks to wait up to 1 hour, which is longer than a mount waits/,
  ],
  ['429 without Retry-After, once', once({ status: 429 }), 'Success'],
  ['429 without Retry-After, for ever', { status: 429 }, /^VaultThrottled: .* is throttling requests/, true],
  ['500 once', once({ status: 500 }), 'Success'],
  ['500 for ever', { status: 500 }, failed(500)],
  ['502 once', once({ status: 502, body: '{canary}', contentType: 'text/html' }), 'Success'],
  ['502 for ever', { status: 502, body: '{canary}', contentType: 'text/html' }, failed(502)],
  ['503 once', once({ status: 503 }), 'Success'],
  ['503 for ever', { status: 503 }, failed(503)],

  ['JSON that ends in the middle', { body: '{"value":"{canary}', status: 200 }, notUnderstood],
  ['an empty answer', { body: '', status: 200 }, /^VaultFault: secret "plain"/],
  ['JSON of another kind', { body: '["{canary}"]', status: 200 }, /^VaultFault: secret "plain"/],
  [
    'another content type',
    { contentType: 'text/html', body: '<html>{canary}</html>' },
    /^VaultFault: .* its answer is text\/html, not application\/json; a proxy may/,
  ],
  [
    'no content type',
    { contentType: '', body: '{canary}' },
    /^VaultFault: .* its answer is no known content type/,
  ],
  ['a body of 50 MB', { bigBodyBytes: 50_000_000 }, /^VaultFault: .* its answer is larger than 1 MiB/],
  [
    'a refusal of 50 MB',
    { status: 403, bigBodyBytes: 50_000_000 },
    /^VaultFault: .* its answer is larger than 1 MiB/,
  ],
  [
    'a redirect to another vault',
    { redirect: 'https://otherkv.{suffix}/secrets/plain/?api-version=7.5' },
    failed(307),
  ],
  ['a redirect elsewhere', { status: 302, redirect: 'https://nobody.{suffix}/' }, failed(302)],
  [
    'a redirect to itself',
    { redirect: 'https://testkv.{suffix}/secrets/plain/?api-version=7.5' },
    failed(307),
  ],
  [
    'a list that goes on elsewhere',
    {
      answers: [
        {
          status: 200,
          body: '{"value":[],"nextLink":"https://otherkv.{suffix}/secrets?api-version=7.5&$skiptoken=x"}',
        },
      ],
      options: { objects: '[{"select":{"name":"*"},"type":"secret"}]' },
    },
    /^VaultFault: .* its list continues on another host, which was not asked/,
  ],
]);
