import { describe, expect, test } from 'vitest';
import { describeConnectionFault, isPassingFault } from './connection-fault.ts';

const coded = (code: string, cause?: unknown) => Object.assign(new Error('canary', { cause }), { code });

test.each<[string, unknown, string]>([
  ['a refused connection', coded('ECONNREFUSED'), 'the connection was refused (ECONNREFUSED)'],
  [
    'a connection that the other side closed, as Bun calls it',
    coded('ERR_SOCKET_CLOSED'),
    'the connection was closed (ERR_SOCKET_CLOSED)',
  ],
  ['a name that is not known', coded('ENOTFOUND'), 'its name cannot be resolved on this node (ENOTFOUND)'],
  [
    'the cause of a general error',
    coded('REQUEST_SEND_ERROR', new Error('x', { cause: coded('ETIMEDOUT') })),
    'the connection timed out (ETIMEDOUT)',
  ],
  [
    'no descriptor left',
    coded('EMFILE'),
    'the driver is out of file descriptors; raise the limit of kubelet (LimitNOFILE) or of the node (EMFILE)',
  ],
  [
    'a private endpoint without its DNS zone',
    coded('ERR_TLS_CERT_ALTNAME_INVALID'),
    'its TLS certificate is for another host; with a private endpoint, check the private DNS zone (ERR_TLS_CERT_ALTNAME_INVALID)',
  ],
  [
    'an authority of the company',
    coded('SELF_SIGNED_CERT_IN_CHAIN'),
    'its TLS certificate is of an unknown authority; set caBundle in the node configuration (SELF_SIGNED_CERT_IN_CHAIN)',
  ],
  [
    'a name server that fails',
    coded('ESERVFAIL'),
    'its name cannot be resolved, as the name server of this node fails (ESERVFAIL)',
  ],
  ['a code without explanation', coded('EIO'), 'the connection failed (EIO)'],
  ['a code that every object has as a property', coded('constructor'), 'the connection failed (Error)'],
  [
    'what a tunnel says of its proxy',
    Object.assign(new Error('the proxy p:1 did not let the connection through'), { code: 'PROXY_HTTP_403' }),
    'the proxy p:1 did not let the connection through (PROXY_HTTP_403)',
  ],
  ['an error without a code', new TypeError('canary'), 'the connection failed (TypeError)'],
  ['something that is no error', 'canary', 'the connection failed (string)'],
])('%s', (_, error, expected) => {
  expect(describeConnectionFault(error)).toBe(expected);
});

describe('trying again may help', () => {
  test.each([
    ['ECONNREFUSED', true],
    ['EAI_AGAIN', true],
    ['ETIMEDOUT', true],
    ['ERR_SOCKET_CLOSED', true],
    ['ESERVFAIL', true],
    ['ETIMEOUT', true],
    ['ANSWER_TOO_LARGE', false],
    ['PROXY_ECONNREFUSED', true],
    ['PROXY_CLOSED', true],
    ['PROXY_HTTP_503', true],
    ['PROXY_HTTP_407', false],
    ['PROXY_HTTP_403', false],
    ['CERT_HAS_EXPIRED', false],
    ['SELF_SIGNED_CERT_IN_CHAIN', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false],
  ])('with %s: %s', (code, expected) => {
    expect(isPassingFault(coded(code))).toBe(expected);
  });
});
