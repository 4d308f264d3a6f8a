import { once, type Row, rowsOf } from './row.ts';

const nmiRefused = (status: number) =>
  new RegExp(
    `^TokenUnavailable: NMI gave no token for pod default/pod-fault\\d+ \\(HTTP ${status}\\); check that the AzureIdentity`,
  );
const notAssigned =
  /^IdentityNotAssigned: NMI has assigned no identity to pod default\/pod-fault\d+; check that the pod's label/;
const nmiUnreachable = (why: string) =>
  new RegExp(
    `^TokenUnavailable: NMI could not be reached on 127\\.0\\.0\\.1:\\d+ of this node: .*${why}.*; check that aad-pod-identity runs`,
  );

/** What may be the matter with the Node Managed Identity. */
export const nmiRows: readonly Row[] = rowsOf('nmi', [
  ['nobody listens', { options: { nmiport: '2580' } }, nmiUnreachable('refused')],
  ['400', { status: 400 }, nmiRefused(400)],
  ['404 for ever', { status: 404 }, notAssigned, true],
  ['404, then a token', once({ status: 404 }), 'Success'],
  ['403', { status: 403 }, nmiRefused(403)],
  ['503', { status: 503 }, nmiRefused(503)],
  [
    'no answer',
    { hang: true },
    /^TokenUnavailable: NMI on 127\.0\.0\.1:2579 of this node did not answer for pod default\/pod-fault\d+ until the deadline;/,
    true,
  ],
  ['a reset', { reset: 'at-once' }, nmiUnreachable('reset')],
  ['a reset in mid-body', { reset: 'mid-body' }, nmiUnreachable('reset')],
  [
    'garbage',
    { status: 200, body: '\u0000{canary}\u0007' },
    /^TokenUnavailable: NMI answered without a usable access token/,
  ],
  [
    'a token for nobody',
    { status: 200, body: '{"token":null}' },
    /^TokenUnavailable: NMI answered without a usable access token/,
  ],
  ['a body of 50 MB', { bigBodyBytes: 50_000_000 }, nmiUnreachable('larger than 1 MiB')],
  ['a redirect elsewhere', { redirect: 'https://nobody.{suffix}/' }, nmiRefused(307)],
]);

const imdsRefused = (status: number) =>
  new RegExp(
    `^TokenUnavailable: the node's metadata service \\(IMDS\\) gave no token to system-assigned managed identity \\(HTTP ${status}\\)`,
  );
const imdsUnreachable = (why: string) =>
  new RegExp(
    `^TokenUnavailable: the node's metadata service \\(IMDS\\) could not be reached on 169\\.254\\.169\\.254: .*${why}.*; check that the node`,
  );

/** What may be the matter with the metadata service of the node. */
export const imdsRows: readonly Row[] = rowsOf('imds', [
  [
    '400 with a code of Entra',
    {
      status: 400,
      body: '{"error":"unauthorized_client","error_description":"AADSTS700016: Application with identifier \'{canary}\' was not found."}',
    },
    /^CredentialRejected: the node's metadata service \(IMDS\) gave no token to system-assigned managed identity: the tenant knows no application .* \(HTTP 400, AADSTS700016\)$/,
  ],
  ['404 once', once({ status: 404 }), 'Success'],
  ['404 for ever', { status: 404 }, imdsRefused(404), true],
  ['410 once', once({ status: 410 }), 'Success'],
  ['410 for ever', { status: 410 }, imdsRefused(410), true],
  ['429 once', once({ status: 429 }), 'Success'],
  ['429 for ever', { status: 429 }, imdsRefused(429), true],
  ['500 once', once({ status: 500 }), 'Success'],
  ['500 for ever', { status: 500 }, imdsRefused(500), true],
  ['no answer', { hang: true }, /^(DeadlineExceeded|TokenUnavailable): /, true],
  ['a reset', { reset: 'at-once' }, imdsUnreachable('reset')],
  [
    'garbage',
    { status: 200, body: '{canary}' },
    /^TokenUnavailable: the node's metadata service \(IMDS\) answered without a usable access token/,
  ],
  ['a body of 50 MB', { bigBodyBytes: 50_000_000 }, imdsUnreachable('larger than 1 MiB')],
  ['a redirect elsewhere', { redirect: 'https://nobody.{suffix}/' }, imdsRefused(307)],
]);
